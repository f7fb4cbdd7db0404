import type { TicketId } from '@carethread/contracts/ids.ts';
import { anyHandedOver, endFill, type Fill, giveBack as giveFillBack, usesUnit } from './fill.ts';
import { authorisedFills } from './line.ts';
import {
  currentFill,
  type Decided,
  decide,
  type Fact,
  fillOfTicket,
  openFillOf,
  type Prescription,
  withFill,
} from './prescription.ts';

/** Coded reasons of a doctor's cancellation. */
export const cancelReasons = [
  'wrong_drug',
  'wrong_dose',
  'wrong_patient',
  'allergy',
  'interaction',
  'therapy_changed',
  'patient_wish',
  'patient_died',
] as const;
export type CancelReason = (typeof cancelReasons)[number];

export type CancelOutcome =
  'CANCELLED' | 'MARKED' | 'ALREADY_CANCELLED' | 'TOO_LATE' | 'EXPIRED' | 'NOT_ALLOWED';

/**
 * What was not handed over will not be. Takes effect at once whoever holds the ticket; MARKED says that a pharmacy does
 * and still has to acknowledge it.
 */
export function cancel(
  prescription: Prescription,
  reason: string,
  now: Date,
): { outcome: CancelOutcome; decided?: Decided } {
  switch (prescription.status) {
    case 'draft':
      return { outcome: 'NOT_ALLOWED' };
    case 'completed':
      return { outcome: 'TOO_LATE' };
    case 'cancelled':
      return { outcome: 'ALREADY_CANCELLED' };
    case 'expired':
      return { outcome: 'EXPIRED' };
    case 'signed':
    case 'blocked':
    case 'released': {
      const ticket = openFillOf(prescription)?.ticket ?? prescription.ticket;
      const decided = endAll(prescription, 'cancelled', reason, now, cancelledFact(prescription, reason));
      return { outcome: ticket?.held ? 'MARKED' : 'CANCELLED', decided };
    }
    default:
      return prescription.status satisfies never;
  }
}

/** The ticket ended some way, as tickets says. Null when it changes nothing here. */
export function ticketCancelled(
  prescription: Prescription,
  ticketId: TicketId,
  by: { reason: string; doctor: boolean },
  now: Date,
): Decided | null {
  const fill = fillOfTicket(prescription, ticketId);
  if (fill?.status === 'complete') return decide(prescription, {}, { kind: 'cancel_refused', ticketId });
  // A cancellation of a ticket that is held comes twice: marked, then acknowledged.
  if (isOver(prescription)) return null;
  // Wished before the ticket heard that the pharmacy gives this fill up: what can be had elsewhere ends, too.
  const givenUp = fill?.status === 'not_fulfilled';
  if (fill && fill.status !== 'open' && !givenUp) return null;
  // A patient who does not want a repeat now keeps it for later; everything else is about the whole prescription.
  if (fill && fill.number > 1 && !by.doctor)
    return givenUp ? null : endOne(prescription, fill, 'cancelled', now);
  const told = prescription.status === 'draft' ? [] : [cancelledFact(prescription, by.reason)];
  return endAll(prescription, 'cancelled', by.reason, now, ...told);
}

export function ticketExpired(prescription: Prescription, ticketId: TicketId, now: Date): Decided | null {
  const fill = fillOfTicket(prescription, ticketId);
  if (isOver(prescription) || (fill && fill.status !== 'open')) return null;
  if (fill && (fill.number > 1 || anyHandedOver(fill))) return endOne(prescription, fill, 'expired', now);
  const told = prescription.status === 'draft' ? [] : [expiredFact(prescription, 'ticket_expired')];
  return endAll(prescription, 'expired', 'ticket_expired', now, ...told);
}

/** The pharmacy declined. If it handed nothing over, the unit is there to be redeemed elsewhere. */
export function ticketNotFulfilled(
  prescription: Prescription,
  ticketId: TicketId,
  now: Date,
): Decided | null {
  const fill = fillOfTicket(prescription, ticketId);
  if (isOver(prescription) || fill?.status !== 'open') return null;
  return endOne(prescription, fill, 'not_fulfilled', now);
}

/** The pharmacy no longer holds the ticket, or is no longer the one: nothing stands ready any more. */
export function ticketGivenBack(prescription: Prescription, ticketId: TicketId): Decided | null {
  const fill = fillOfTicket(prescription, ticketId);
  const untouched = fill?.preparations.length === 0 && fill.lines.every((line) => line.notDispensed === null);
  if (fill?.status !== 'open' || untouched) return null;
  return decide(prescription, { fills: withFill(prescription, giveFillBack(fill)) });
}

/** Its validity is over in every zone of the world. Null before that, and for what has ended otherwise. */
export function expire(prescription: Prescription, now: Date): Decided | null {
  const { signature } = prescription;
  if (!signature || isOver(prescription) || now < expiresEverywhere(signature.validUntil)) return null;
  return endAll(prescription, 'expired', 'validity_ended', now, expiredFact(prescription, 'validity_ended'));
}

/** The last day of validity counts in full in the pharmacy's zone, and a day can have 25 hours. */
export const expiresEverywhere = (validUntil: Date): Date => new Date(validUntil.getTime() + 25 * 3_600_000);

const isOver = ({ status }: Prescription): boolean =>
  status === 'completed' || status === 'cancelled' || status === 'expired';

const cancelledFact = (prescription: Prescription, reason: string): Fact => ({
  kind: 'cancelled',
  ...endOf(prescription, reason),
});

const expiredFact = (prescription: Prescription, reason: string): Fact => ({
  kind: 'expired',
  ...endOf(prescription, reason),
});

const endOf = (prescription: Prescription, reason: string) => ({
  ticketId: currentFill(prescription)?.ticketId ?? prescription.ticketId,
  reason,
  part: prescription.lastHandedOverAt !== null,
});

function endAll(
  prescription: Prescription,
  status: 'cancelled' | 'expired',
  reason: string,
  now: Date,
  ...facts: Fact[]
): Decided {
  const fill = openFillOf(prescription);
  const ended = fill && endFill(fill, status);
  return decide(
    prescription,
    {
      status,
      amendment: null,
      ended: { reason, at: now },
      ...(ended && { fills: withFill(prescription, ended), fillsUsed: used(prescription, ended) }),
    },
    ...facts,
  );
}

function endOne(
  prescription: Prescription,
  fill: Fill,
  status: 'cancelled' | 'expired' | 'not_fulfilled',
  now: Date,
): Decided {
  const ended = endFill(fill, status);
  const fillsUsed = used(prescription, ended);
  const over = fillsUsed >= authorisedFills(prescription.lines);
  return decide(prescription, {
    fills: withFill(prescription, ended),
    fillsUsed,
    ...(over && { status: 'completed', ended: { reason: status, at: now } }),
  });
}

const used = (prescription: Prescription, ended: Fill): number =>
  prescription.fillsUsed + (usesUnit(ended) ? 1 : 0);
