import type { OrganisationId, TicketId } from '@carethread/contracts/ids.ts';
import { refuse, type Refusal } from '@carethread/service-kit/refusal.ts';
import { addDays, dateIn, type LocalDate } from './calendar.ts';
import { openFill } from './fill.ts';
import { checkLine, standingOf } from './controls/at-fill.ts';
import { authorisedFills, type Line, linesOfFill } from './line.ts';
import type { Rules } from './rules.ts';
import {
  type Decided,
  decide,
  type NewIds,
  openFillOf,
  type Prescription,
  wrongStatus,
} from './prescription.ts';
import { checkNextFill } from './withdrawal/withdrawal.ts';

/**
 * Repeats that are left. Fills = 1 + repeats, and the first one is no repeat: a fill uses its unit up when it is
 * complete, or when it ended after part was handed over.
 */
export const repeatsLeft = ({ lines, fillsUsed }: Prescription): number =>
  Math.max(0, authorisedFills(lines) - Math.max(1, fillsUsed));

/**
 * The first day on which a further fill may be opened: last hand-over + days supplied − grace, as a day in this zone.
 * Null when nothing was handed over yet.
 */
export function earliestNextFill(
  { lastHandedOverAt, daysSupplied }: Prescription,
  { timeZone }: { timeZone: string },
  graceDays: number,
): LocalDate | null {
  if (!lastHandedOverAt) return null;
  return addDays(dateIn(timeZone, lastHandedOverAt), Math.max(0, daysSupplied - graceDays));
}

export type RefillRules = Pick<Rules, 'graceDays' | 'packs'>;

/** How many days before the supply ends these lines may be filled again there: the installation's, or a stricter rule's. */
export const graceOf = (
  prescription: Prescription,
  lines: readonly Line[],
  place: { jurisdiction: string | null; timeZone: string },
  { graceDays, packs }: RefillRules,
  now: Date,
): number =>
  Math.min(
    graceDays,
    ...lines.map((line) => standingOf(prescription, line, place, { packs, now }).rule.refillGraceDays),
  );

/** Opens the next fill, with a ticket of its own. Every refusal says why, and from when or until when it would do. */
export function redeemRepeat(
  prescription: Prescription,
  pharmacy: { id: OrganisationId; timeZone: string; jurisdiction: string | null },
  at: { now: Date; rules: RefillRules; ticketId: TicketId; newIds: NewIds },
): Decided | Refusal {
  const { status, signature, openItems, lines, fillsUsed, contentVersion } = prescription;
  const today = dateIn(pharmacy.timeZone, at.now);
  const lastDay = signature && dateIn(pharmacy.timeZone, signature.validUntil);
  const outOfDate = lastDay !== null && today > lastDay;
  if (status === 'expired' || (outOfDate && status !== 'cancelled'))
    return refuse(
      'EXPIRED',
      `${outOfDate ? `It was valid until ${lastDay}` : 'It expired unused'}. Ask the doctor for a new prescription.`,
    );
  if (status === 'completed' || (status === 'released' && fillsUsed >= authorisedFills(lines)))
    return refuse('BLOCKED', 'All repeats are used up. Ask the doctor for a new prescription.');
  if (status !== 'released') return wrongStatus(prescription);
  if (openItems > 0)
    return refuse('BLOCKED', 'A newer safety check has points the doctor has to answer first.');
  if (openFillOf(prescription)) return refuse('BLOCKED', 'The fill before this one is not finished yet.');
  const number = fillsUsed + 1;
  const place = { ...pharmacy, pharmacyId: pharmacy.id };
  const of = { packs: at.rules.packs, now: at.now };
  const wanted = linesOfFill(lines, number).map((line) => ({
    line,
    refused: checkLine(prescription, line, number, place, of),
  }));
  const possible = wanted.flatMap(({ line, refused }) => (refused ? [] : [line]));
  const refused = wanted.find((each) => each.refused)?.refused;
  if (possible.length === 0 && refused) return refused;
  const stopped = checkNextFill(possible, prescription.withdrawals, at.now);
  if (stopped) return stopped;
  const earliest = earliestNextFill(
    prescription,
    place,
    graceOf(prescription, possible, place, at.rules, at.now),
  );
  if (earliest && today < earliest) return refuse('NOT_YET', `Possible from ${earliest} on.`);
  const fill = openFill(
    { number, contentVersion, ticketId: at.ticketId, lines: possible },
    at.newIds.fill(),
    at.now,
  );
  return decide(
    prescription,
    { fills: [...prescription.fills, fill] },
    { kind: 'fill_opened', fill, pharmacyId: pharmacy.id },
  );
}
