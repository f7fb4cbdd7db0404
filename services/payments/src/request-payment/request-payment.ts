import type { Tx } from '@carethread/bus/transaction.ts';
import { paymentPurposes } from '@carethread/contracts/events/payments.ts';
import type { TicketStatus } from '@carethread/contracts/events/tickets.ts';
import {
  idSchema,
  newId,
  type OrganisationId,
  type TicketId,
  type UserId,
} from '@carethread/contracts/ids.ts';
import { currencySchema, minorSchema } from '@carethread/contracts/money.ts';
import { awaitCopy } from '@carethread/service-kit/await-copy.ts';
import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Caller, Changed } from '../change-payment.ts';
import { codeOf } from '../codes.ts';
import { freshPayment } from '../decisions/request.ts';
import { ticketProblem } from '../decisions/start.ts';
import type { Foundation } from '../foundation.ts';
import { managesPayments } from '../may-manage.ts';
import { queueForTicket } from '../store/load.ts';
import { savePayment } from '../store/save.ts';

const inputSchema = z.object({
  idempotencyKey: idSchema<'Key'>(),
  ticketId: idSchema<'Ticket'>(),
  amount: z.object({ minor: minorSchema, currency: currencySchema }),
  purpose: codeOf(paymentPurposes),
});

interface PayableTicket {
  id: TicketId;
  status: TicketStatus;
  patientId: UserId;
  doctorId: UserId;
  clinicId: OrganisationId;
}
const find = `SELECT id, status, patient_id AS "patientId", doctor_id AS "doctorId", clinic_id AS "clinicId"
  FROM ticket WHERE id = $1`;

/**
 * The ticket's doctor, or an administrator, asks the patient for money. Waits a moment for a ticket that was opened just
 * now.
 */
export async function requestPayment(
  foundation: Foundation,
  caller: Caller,
  raw: unknown,
): Promise<Changed | Refusal> {
  const input = checkInput(inputSchema, raw);
  if (input instanceof Refusal) return input;
  const { database, provider, rules, now } = foundation;
  const { actor } = caller;
  const { idempotencyKey: key, ticketId, amount, purpose } = input;
  const problem = provider.amountProblem(amount);
  if (problem) return refuse('INVALID', `minor: ${problem}`, { path: ['input', 'amount', 'minor'] });
  if (actor.role === 'administrator' && !managesPayments(actor)) return noSuchTicket();
  const attempt = () =>
    database.command<Changed | Refusal>({ actor, name: 'requestPayment', key, input }, async (tx) => {
      queueForTicket(tx, ticketId);
      const ticket = await findTicket(tx, ticketId);
      if (!ticket) return noSuchTicket();
      const refusal = ticketProblem(ticket.status);
      if (refusal) return refusal;
      const at = now();
      const fresh = freshPayment({
        id: newId<'Payment'>(),
        ticket,
        amount,
        purpose,
        subjectId: null,
        requestedBy: actor.userId,
        requestedAt: at,
      });
      const circumstances = { cause: causeOfRequest(caller), rules, now: at };
      return { paymentId: savePayment(tx, fresh, [{ type: 'requested' }], circumstances).id };
    });
  const first = await attempt();
  if (!(first instanceof Refusal) || first.userErrors[0]?.code !== 'NOT_FOUND') return first;
  const arrived = await awaitCopy(() => database.asActor(actor, (tx) => findTicket(tx, ticketId)), {
    timeoutMs: rules.copyWaitMs,
  });
  return arrived ? attempt() : first;
}

const findTicket = async (tx: Tx, id: TicketId): Promise<PayableTicket | null> =>
  (await tx.query<PayableTicket>(find, [id]))[0] ?? null;

const noSuchTicket = () => refuse('NOT_FOUND', 'There is no such ticket.', { path: ['input', 'ticketId'] });
