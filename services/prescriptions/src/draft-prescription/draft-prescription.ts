import type { Tx } from '@carethread/bus/transaction.ts';
import { idSchema, newId, type PrescriptionId, type TicketId } from '@carethread/contracts/ids.ts';
import { awaitCopy } from '@carethread/service-kit/await-copy.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { startDraft, type PrescribableTicket } from '../drafting.ts';
import type { Context } from '../graphql/context.ts';
import { wrongStatus, type Prescription } from '../prescription.ts';
import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { save } from '../store/save.ts';

const schema = z.object({ ticketId: idSchema<'Ticket'>(), idempotencyKey: idSchema<'Command'>() });

const findTicket = `SELECT id, kind, status, patient_id AS "patientId", doctor_id AS "doctorId", clinic_id AS "clinicId",
    pharmacy_id AS "pharmacyId", 'UTC' AS "timeZone", NULL AS jurisdiction, fence, ended_fence AS "endedFence", held
  FROM ticket WHERE id = $1`;
// One at a time per ticket, so that the second one finds the first.
const queue = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))';
const findOther = `SELECT status FROM prescription WHERE ticket_id = $1 AND status <> 'cancelled'`;

const readTicket = async (tx: Tx, id: TicketId) =>
  (await tx.query<PrescribableTicket>(findTicket, [id]))[0] ?? null;

/** Begins a prescription for a ticket. Waits a moment for a ticket that was opened just now. Answers its id. */
export async function draftPrescription(context: Context, raw: unknown): Promise<PrescriptionId | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { ticketId, idempotencyKey: key } = input;
  const actor = signedIn(context);
  const attempt = () =>
    context.database.command({ actor, name: 'draftPrescription', key, input }, async (tx) => {
      tx.send(queue, [ticketId]);
      const [ticket, others] = await Promise.all([
        readTicket(tx, ticketId),
        tx.query<Pick<Prescription, 'status'>>(findOther, [ticketId]),
      ]);
      const decided = startDraft(newId<'Prescription'>(), ticket, actor, context.now());
      if (decided instanceof Refusal) return decided;
      if (others[0])
        return wrongStatus(
          { ...decided.prescription, ...others[0] },
          'This ticket has a prescription already.',
        );
      return save(tx, null, decided, { cause: causeOfRequest(context), rules: context.rules }).id;
    });
  const first = await attempt();
  if (!(first instanceof Refusal) || first.userErrors[0]?.code !== 'NOT_FOUND') return first;
  const arrived = await awaitCopy(() => context.database.asActor(actor, (tx) => readTicket(tx, ticketId)));
  return arrived ? attempt() : first;
}
