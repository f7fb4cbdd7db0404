import type { DispenseId, LineId, OrganisationId, TicketId, UserId } from '@carethread/contracts/ids.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { dateIn } from './calendar.ts';
import { checkHandedOver, checkPrepared, type FillRules, type OpenFill } from './controls/at-counter.ts';
import {
  type Dispense,
  type Fill,
  type Lot,
  type NotDispensedReason,
  type PartReason,
  type PreparationId,
  refundedReason,
} from './fill.ts';
import { handOver as handOverFill, markNotDispensed as markLine, prepare as prepareFill } from './filling.ts';
import { authorisedFills } from './line.ts';
import {
  type Decided,
  decide,
  type Fact,
  fillOfTicket,
  type Prescription,
  withFill,
  wrongStatus,
} from './prescription.ts';
import { checkSafe } from './judging.ts';
import { checkLots, checkReady } from './withdrawal/withdrawal.ts';
import { checkHold, type Holder } from './ticket-copy.ts';

/** Says what stands ready of a fill. */
export function prepareLines(
  prescription: Prescription,
  holder: Holder,
  command: { expectedVersion: number; lines: readonly { lineId: LineId; lots: readonly Lot[] }[] },
  at: { now: Date; newId: () => PreparationId; rules: FillRules },
): Decided | Refusal {
  const open = checkFill(prescription, holder, at.now);
  if (open instanceof Refusal) return open;
  const { fill, today } = open;
  const stale = checkFillVersion(fill, command.expectedVersion);
  if (stale) return stale;
  const stopped = checkLots(prescription, command.lines, at.now);
  if (stopped) return stopped;
  const { lines } = prescription;
  const controlled = command.lines.flatMap(({ lineId, lots }, i) =>
    lots.length === 0 ? [] : checkPrepared(prescription, open, { lineId, lots }, i, { ...at, holder }),
  );
  if (controlled.length > 0) return new Refusal(controlled);
  const next = prepareFill(fill, command.lines, {
    lines,
    today,
    by: holder.userId,
    now: at.now,
    newId: at.newId,
  });
  if (next instanceof Refusal) return next;
  return decide(
    prescription,
    { fills: withFill(prescription, next) },
    { kind: 'prepared', fill: next, fence: holder.fence },
  );
}

/** Hands over what stands ready: the newest safety check must be back, and every point in it answered. */
export function handOver(
  prescription: Prescription,
  holder: Holder,
  items: readonly { preparationId: PreparationId; quantity: number }[],
  at: {
    now: Date;
    id: DispenseId;
    partReason: PartReason | null;
    /** Who fetches it in the patient's place, and who may. */
    collectedBy?: UserId | null;
    collectors?: readonly UserId[];
    rules: FillRules;
  },
): (Decided & { dispense: Dispense }) | Refusal {
  const open = checkFill(prescription, holder, at.now);
  if (open instanceof Refusal) return open;
  const { fill, ticket, today } = open;
  // Each claim has a check of its own, which is asked for when the claim is heard of.
  if (holder.fence > ticket.fence)
    return refuse('BLOCKED', 'The safety check of this claim has not begun. Try again in a moment.');
  const unsafe = checkSafe(prescription);
  if (unsafe) return unsafe;
  const stopped = checkReady(prescription, items, at.now);
  if (stopped) return stopped;
  const { pharmacyId, fence, userId: by } = holder;
  const { id, now, partReason, collectedBy = null, collectors = [] } = at;
  if (collectedBy !== null && !collectors.includes(collectedBy))
    return refuse('NOT_ALLOWED', 'The patient lets nobody of this id fetch medicines.', {
      path: ['input', 'collectedBy'],
    });
  const done = handOverFill(fill, items, { id, today, by, pharmacyId, fence, now, partReason, collectedBy });
  if (done instanceof Refusal) return done;
  const next = done.fill;
  const forbidden = checkHandedOver(prescription, open, done, { ...at, holder });
  if (forbidden) return forbidden;
  const handedOver = new Set(next.lines.filter((line) => line.handedOver > 0).map((line) => line.lineId));
  return {
    ...afterSettling(prescription, next, fence, {
      lastHandedOverAt: at.now,
      daysSupplied: longestSupply(prescription, handedOver),
      dispensedBy: pharmacyId,
      transfers: prescription.transfers + (goesOnElsewhere(prescription, pharmacyId) ? 1 : 0),
    }),
    dispense: done.dispense,
  };
}

/** Closes a line without (further) hand-over. */
export function markNotDispensed(
  prescription: Prescription,
  holder: Holder,
  command: { expectedVersion: number; lineId: LineId; reason: NotDispensedReason },
  now: Date,
): Decided | Refusal {
  const open = checkFill(prescription, holder, now);
  if (open instanceof Refusal) return open;
  const stale = checkFillVersion(open.fill, command.expectedVersion);
  if (stale) return stale;
  const next = markLine(open.fill, command.lineId, command.reason);
  if (next instanceof Refusal) return next;
  if (next.status === 'complete') return afterSettling(prescription, next, holder.fence, {});
  return decide(
    prescription,
    { fills: withFill(prescription, next) },
    { kind: next.status === 'not_fulfilled' ? 'not_fulfilled' : 'prepared', fill: next, fence: holder.fence },
  );
}

/**
 * Closes a line that the patient is paid back for, whoever holds the ticket. Nothing of it may have been handed over, and
 * nothing of it will be.
 */
export function refundedLine(
  prescription: Prescription,
  ticketId: TicketId,
  lineId: LineId,
): Decided | Refusal {
  const fill = fillOfTicket(prescription, ticketId);
  const line = fill?.lines.find((each) => each.lineId === lineId);
  const path = ['input', 'lineIds'];
  if (!fill || !line) return refuse('INVALID', 'This fill has no such line.', { path });
  if (line.notDispensed === refundedReason)
    return refuse('ILLEGAL_MOVE', 'It was paid back before.', { path, currentStatus: 'REFUNDED' });
  if (line.handedOver > 0)
    return refuse('BLOCKED', 'Some of it was handed over: it is not paid back.', { path });
  // What the pharmacy said it does not dispense is closed for good.
  const open = {
    ...fill,
    lines: fill.lines.map((each) => (each === line ? { ...each, notDispensed: null } : each)),
  };
  const next = markLine(open, lineId, refundedReason);
  if (next instanceof Refusal) return next;
  const fence = fill.ticket?.fence ?? 0;
  if (next.status === 'complete') return afterSettling(prescription, next, fence, {});
  const nothing = next.status === 'not_fulfilled';
  // With every line paid back the prescription ends, and not the pharmacy's work.
  if (!nothing || next.lines.every(({ notDispensed }) => notDispensed === refundedReason)) {
    const still = { ...next, status: 'open' as const };
    return decide(
      prescription,
      { fills: withFill(prescription, still) },
      { kind: 'prepared', fill: still, fence },
    );
  }
  // The pharmacy dispenses nothing of the rest.
  return decide(
    prescription,
    { fills: withFill(prescription, next) },
    { kind: 'not_fulfilled', fill: next, fence },
  );
}

function afterSettling(
  prescription: Prescription,
  fill: Fill,
  fence: number,
  supply: Partial<Pick<Prescription, 'lastHandedOverAt' | 'daysSupplied' | 'dispensedBy' | 'transfers'>>,
): Decided {
  const complete = fill.status === 'complete';
  const fillsUsed = prescription.fillsUsed + (complete ? 1 : 0);
  const told: Fact = { kind: 'handed_over', fill, dispenseId: fill.lastDispenseId!, fence };
  return decide(
    prescription,
    {
      ...supply,
      fills: withFill(prescription, fill),
      fillsUsed,
      status:
        complete && fillsUsed >= authorisedFills(prescription.lines) ? 'completed' : prescription.status,
    },
    told,
  );
}

/** How long the longest-lasting of these lines lasts, in days; 0 when none says. */
const longestSupply = (prescription: Prescription, lineIds: ReadonlySet<LineId>): number =>
  Math.max(
    0,
    ...prescription.lines.filter(({ id }) => lineIds.has(id)).map((line) => line.durationDays ?? 0),
  );

const goesOnElsewhere = ({ dispensedBy }: Prescription, pharmacyId: OrganisationId): boolean =>
  dispensedBy !== null && dispensedBy !== pharmacyId;

function checkFill(prescription: Prescription, holder: Holder, now: Date): OpenFill | Refusal {
  const fill = fillOfTicket(prescription, holder.ticketId);
  const ticket = fill?.ticket;
  if (!fill || !ticket) return refuse('NOT_FOUND', 'There is no such fill, or it is not yours.');
  const lost = checkHold(ticket, holder);
  if (lost) return lost;
  if (prescription.status === 'expired') return refuse('EXPIRED', 'The prescription has expired.');
  if (prescription.status !== 'released') return wrongStatus(prescription);
  const today = dateIn(ticket.timeZone, now);
  const lastDay = dateIn(ticket.timeZone, prescription.signature!.validUntil);
  if (today > lastDay) return refuse('EXPIRED', `The prescription was valid until ${lastDay}.`);
  if (fill.status !== 'open')
    return refuse('ILLEGAL_MOVE', `This fill is ${fill.status}.`, { currentStatus: fill.status });
  return { fill, ticket, today };
}

const checkFillVersion = (fill: Fill, expected: number): Refusal | null =>
  fill.version === expected
    ? null
    : refuse('CONFLICT', `The fill changed in the meantime: it is now version ${fill.version}.`, {
        path: ['input', 'expectedVersion'],
        currentVersion: fill.version,
      });
