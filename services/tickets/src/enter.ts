import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import {
  TicketMoved,
  TicketNoted,
  TicketOpened,
  TicketPharmacyChanged,
} from '@carethread/contracts/events/tickets.ts';
import type { Cause } from './cause.ts';
import { claimIn, type Fact, type Ticket } from './ticket.ts';

const insert = `INSERT INTO timeline_entry (ticket_id, number, type, from_status, to_status, reason, noted, subject_id,
  from_pharmacy_id, to_pharmacy_id, fence, actor_id, proxy_id, on_behalf_of, channel, happened_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`;

/** Enters one fact on the timeline and emits the event that stands for it, under the same number. */
export function enter(tx: Tx, fact: Fact, ticket: Ticket, cause: Cause): void {
  tx.send(insert, [
    ticket.id,
    ticket.timelineLength,
    fact.type,
    ...columnsOf(fact),
    ticket.fence,
    cause.actorId,
    cause.proxyId ?? null,
    cause.onBehalfOf,
    cause.channel,
    cause.happenedAt,
  ]);
  announce(tx, fact, ticket, cause);
}

/** from_status, to_status, reason, noted, subject_id, from_pharmacy_id, to_pharmacy_id */
function columnsOf(fact: Fact): (string | null)[] {
  switch (fact.type) {
    case 'opened':
      return [null, null, null, null, null, null, null];
    case 'pharmacy_changed':
      return [null, null, null, null, null, fact.from, fact.to];
    case 'moved':
      return [fact.from, fact.after.status, fact.reason, null, fact.subjectId ?? null, null, null];
    case 'noted':
      return [null, null, null, fact.noted, fact.subjectId, null, null];
    default:
      return fact satisfies never;
  }
}

function announce(tx: Tx, fact: Fact, ticket: Ticket, cause: Cause): void {
  const { actorId, correlationId, traceparent } = cause;
  const envelope = {
    aggregateId: ticket.id,
    sequence: ticket.timelineLength,
    actorId,
    correlationId,
    traceparent,
  };
  const { id: ticketId, version, pharmacyId } = ticket;
  switch (fact.type) {
    case 'opened': {
      const { number, kind, state, patientId, doctorId, clinicId, appointmentId, prescriptionId } = ticket;
      const parties = { patientId, doctorId, clinicId, pharmacyId };
      const { status } = state;
      const expiresAt = ticket.expiresAt.toISOString();
      const data = {
        ticketId,
        number,
        kind,
        status,
        version,
        ...parties,
        appointmentId,
        prescriptionId,
        expiresAt,
      };
      return void emit(tx, TicketOpened, { ...envelope, data });
    }
    case 'pharmacy_changed': {
      const { from, to } = fact;
      return void emit(tx, TicketPharmacyChanged, { ...envelope, data: { ticketId, version, from, to } });
    }
    case 'moved': {
      const claim = claimIn(fact.after);
      const leaseUntil = claim?.leaseUntil.toISOString() ?? null;
      const hold = { pharmacyId, fence: ticket.fence, held: claim !== null, leaseUntil };
      const { from, after, reason } = fact;
      return void emit(tx, TicketMoved, {
        ...envelope,
        data: { ticketId, version, from, to: after.status, reason, ...hold },
      });
    }
    case 'noted': {
      const { noted, subjectId } = fact;
      return void emit(tx, TicketNoted, { ...envelope, data: { ticketId, noted, subjectId, pharmacyId } });
    }
    default:
      return fact satisfies never;
  }
}
