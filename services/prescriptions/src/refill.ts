import type { OrganisationId, TicketId } from '@carethread/contracts/ids.ts';
import { refuse, type Refusal } from '@carethread/service-kit/refusal.ts';
import { addDays, dateIn, type LocalDate } from './calendar.ts';
import { openFill } from './fill.ts';
import { authorisedFills, linesOfFill } from './line.ts';
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
  timeZone: string,
  graceDays: number,
): LocalDate | null {
  if (!lastHandedOverAt) return null;
  return addDays(dateIn(timeZone, lastHandedOverAt), Math.max(0, daysSupplied - graceDays));
}

/** Opens the next fill, with a ticket of its own. Every refusal says why, and from when or until when it would do. */
export function redeemRepeat(
  prescription: Prescription,
  pharmacy: { id: OrganisationId; timeZone: string },
  at: { now: Date; graceDays: number; ticketId: TicketId; newIds: NewIds },
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
  const earliest = earliestNextFill(prescription, pharmacy.timeZone, at.graceDays);
  if (earliest && today < earliest) return refuse('NOT_YET', `Possible from ${earliest} on.`);
  const number = fillsUsed + 1;
  const stopped = checkNextFill(linesOfFill(lines, number), prescription.withdrawals, at.now);
  if (stopped) return stopped;
  const fill = openFill(
    { number, contentVersion, ticketId: at.ticketId, lines: linesOfFill(lines, number) },
    at.newIds.fill(),
    at.now,
  );
  return decide(
    prescription,
    { fills: [...prescription.fills, fill] },
    { kind: 'fill_opened', fill, pharmacyId: pharmacy.id },
  );
}
