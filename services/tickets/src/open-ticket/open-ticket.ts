import type { Tx } from '@carethread/bus/transaction.ts';
import { ticketKinds } from '@carethread/contracts/events/tickets.ts';
import { idSchema, newId, type TicketId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { keepAccessCode } from '../access-code.ts';
import { byRequest, type Caller } from '../cause.ts';
import { codeOf } from '../codes.ts';
import { choosePharmacy, type PharmacyChoice } from '../decisions/choose-pharmacy.ts';
import { freshTicket, pharmacyProblem } from '../decisions/open.ts';
import { type Known, lookUpNamed, onceKnown, unknownName } from '../directory.ts';
import type { Foundation } from '../foundation.ts';
import { pharmacyChoice } from '../pharmacy-choice.ts';
import { newTicketNumber } from '../ticket-number.ts';
import { ticketColumns, type TicketRow } from '../ticket-row.ts';
import { firstTicket, insertTicket, saveTicket } from '../ticket-store.ts';
import type { Ticket } from '../ticket.ts';
import { untilUnique } from './until-unique.ts';

const inputSchema = z.object({
  idempotencyKey: idSchema<'Key'>(),
  kind: codeOf(ticketKinds),
  patientId: idSchema<'User'>(),
  appointmentId: idSchema<'Appointment'>().nullish(),
  ...pharmacyChoice,
});
type Input = z.infer<typeof inputSchema>;

const lockByAppointment = `SELECT ${ticketColumns} FROM ticket WHERE appointment_id = $1 AND kind = $2
  AND status NOT IN ('cancelled', 'expired', 'not_fulfilled') FOR UPDATE`;

interface Opened {
  ticketId: TicketId;
  /** The ticket as it was just made; null when an earlier one is meant and has to be read. */
  fresh: Ticket | null;
}

/**
 * A doctor opens a ticket for a patient of the clinic, or chooses the pharmacy of the one that the appointment already
 * has. The same request key gets the same ticket again.
 */
export async function openTicket(
  foundation: Foundation,
  caller: Caller,
  raw: unknown,
): Promise<Opened | Refusal> {
  const input = checkInput(inputSchema, raw);
  if (input instanceof Refusal) return input;
  const { actor } = caller;
  const { idempotencyKey: key, patientId, pharmacyId } = input;
  const choice = { pharmacyId: pharmacyId ?? null, anyPharmacy: input.openToAnyPharmacy };
  const problem = pharmacyProblem(input.kind, choice);
  if (problem) return problem;
  const named = { clinicId: actor.organisationId, patientId, pharmacyId };
  const made: { ticket?: Ticket } = {};
  const opened = await onceKnown(foundation, caller, named, () =>
    untilUnique(() =>
      foundation.database.command({ actor, name: 'openTicket', key, input }, async (tx) => {
        const [known, existing] = await Promise.all([lookUpNamed(tx, named), ofAppointment(tx, input)]);
        const unknown = unknownName(named, known);
        if (unknown) return unknown;
        const ticket = existing
          ? updateExisting(tx, existing, input, choice, byRequest(caller, foundation.now()))
          : (made.ticket = create(foundation, caller, tx, input, choice, known));
        return ticket instanceof Refusal ? ticket : { ticketId: ticket.id };
      }),
    ),
  );
  if (opened instanceof Refusal) return opened;
  // One that was made and rolled back, because the key is a repeat, has an id that nobody was told.
  const fresh = made.ticket?.id === opened.ticketId ? made.ticket : null;
  return { ...opened, fresh };
}

const ofAppointment = async (tx: Tx, { appointmentId, kind }: Input): Promise<Ticket | null> =>
  appointmentId ? firstTicket(await tx.query<TicketRow>(lockByAppointment, [appointmentId, kind])) : null;

function updateExisting(
  tx: Tx,
  existing: Ticket,
  { patientId }: Input,
  choice: PharmacyChoice,
  cause: ReturnType<typeof byRequest>,
): Ticket | Refusal {
  if (existing.patientId !== patientId)
    return refuse('INVALID', 'This appointment is another patient’s.', { path: ['input', 'patientId'] });
  if (existing.state.status !== 'created')
    return refuse('ILLEGAL_MOVE', 'This appointment has a ticket already; it was sent.', {
      currentStatus: existing.state.status.toUpperCase(),
      currentVersion: existing.version,
    });
  const facts = choosePharmacy(existing, choice, 'doctor', null);
  if (facts instanceof Refusal) return facts;
  const ticket = saveTicket(tx, existing, facts, cause);
  keepAccessCode(tx, existing, ticket);
  return ticket;
}

function create(
  { rules, now }: Foundation,
  caller: Caller,
  tx: Tx,
  { kind, patientId, appointmentId }: Input,
  choice: PharmacyChoice,
  { clinicTimeZone }: Known,
): Ticket {
  const openedAt = now();
  const timeZone = clinicTimeZone ?? rules.timeZone;
  const fresh = freshTicket(
    {
      id: newId<'Ticket'>(),
      number: newTicketNumber(openedAt, timeZone, rules.numberAlphabet),
      timeZone,
      kind,
      patientId,
      doctorId: caller.actor.userId,
      clinicId: caller.actor.organisationId,
      ...choice,
      appointmentId: appointmentId ?? null,
      prescriptionId: null,
      openedAt,
      expiresAt: new Date(openedAt.getTime() + rules.validityMs[kind]),
    },
    'created',
  );
  const ticket = insertTicket(tx, fresh, byRequest(caller, openedAt));
  keepAccessCode(tx, null, ticket);
  return ticket;
}
