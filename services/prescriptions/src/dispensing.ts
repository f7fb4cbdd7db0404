import type { DispenseId, LineId, OrganisationId } from '@carethread/contracts/ids.ts';
import { Refusal, refuse, type UserError } from '@carethread/service-kit/refusal.ts';
import { dateIn, type LocalDate } from './calendar.ts';
import { nameOf } from './controls/applying.ts';
import { checkLine, type Place, standingOf } from './controls/at-fill.ts';
import { checkPart } from './controls/part.ts';
import type { Dispense, Fill, Lot, NotDispensedReason, PartReason, PreparationId } from './fill.ts';
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
import type { Rules } from './rules.ts';
import { checkHold, type Holder, type TicketCopy } from './ticket-copy.ts';

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
  at: { now: Date; id: DispenseId; partReason: PartReason | null; rules: FillRules },
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
  const { id, now, partReason } = at;
  const done = handOverFill(fill, items, { id, today, by, pharmacyId, fence, now, partReason });
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

interface OpenFill {
  fill: Fill;
  ticket: TicketCopy;
  today: LocalDate;
}

type FillRules = Pick<Rules, 'packs'>;
interface Handling {
  now: Date;
  rules: FillRules;
  holder: Holder;
}

const placeOf = ({ jurisdiction, timeZone }: TicketCopy, { pharmacyId }: Holder): Place => ({
  pharmacyId,
  jurisdiction,
  timeZone,
});

/** Why the rules for controlled medicines forbid preparing this line, or preparing it like this. */
function checkPrepared(
  prescription: Prescription,
  { fill, ticket }: OpenFill,
  { lineId, lots }: { lineId: LineId; lots: readonly Lot[] },
  i: number,
  { now, rules: { packs }, holder }: Handling,
): UserError[] {
  const line = prescription.lines.find(({ id }) => id === lineId);
  // A line that is not there is refused for that.
  if (!line) return [];
  const place = placeOf(ticket, holder);
  const path = ['input', 'lines', String(i)];
  const refused = checkLine(prescription, line, fill.number, place, {
    packs,
    now,
    path: [...path, 'lineId'],
  });
  if (refused) return [...refused.userErrors];
  const { rule, applying } = standingOf(prescription, line, place, { packs, now });
  if (rule.substitutionAllowed) return [];
  return lots.flatMap(({ substitution }, k) =>
    substitution
      ? [
          {
            code: 'NOT_ALLOWED' as const,
            message: `${nameOf(applying)}: exactly what was prescribed. Ask the doctor for a new version with the other product.`,
            path: [...path, 'lots', String(k), 'substitution'],
          },
        ]
      : [],
  );
}

/** Why the rules for controlled medicines forbid this hand-over; they may have changed since it was prepared. */
function checkHandedOver(
  prescription: Prescription,
  { fill, ticket, today }: OpenFill,
  done: { fill: Fill; dispense: Dispense },
  { now, rules: { packs }, holder }: Handling,
): Refusal | null {
  const place = placeOf(ticket, holder);
  for (const [k, before] of fill.lines.entries()) {
    const after = done.fill.lines[k]!;
    const line = prescription.lines.find(({ id }) => id === before.lineId);
    if (!line || after.handedOver === before.handedOver) continue;
    const item = done.dispense.items.findIndex(({ lineId }) => lineId === line.id);
    const path = ['input', 'items', String(item)];
    const refused = checkLine(prescription, line, fill.number, place, { packs, now, path });
    if (refused) return refused;
    const { rule, applying } = standingOf(prescription, line, place, { packs, now });
    const signedAt = prescription.signature!.at;
    const zone = { now, today, timeZone: ticket.timeZone, signedAt, path };
    const part = checkPart(line, { before, after }, rule, nameOf(applying), zone);
    if (part) return part;
  }
  return null;
}

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
