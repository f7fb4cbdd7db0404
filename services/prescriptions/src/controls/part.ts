import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { addDays, dateIn, daysBetween, type LocalDate } from '../calendar.ts';
import type { FillLine } from '../fill.ts';
import type { Line } from '../line.ts';
import type { Rule } from './rule.ts';

/** How much of a line may have been handed over by this day when it goes out in parts, and from when on more may. */
export function allowance(
  line: Pick<Line, 'durationDays'>,
  of: Pick<FillLine, 'quantity' | 'firstHandedOverAt'>,
  { fractionDays }: Rule,
  today: LocalDate,
  timeZone: string,
): { upTo: number; moreFrom: LocalDate | null } {
  const { quantity, firstHandedOverAt } = of;
  if (fractionDays === Infinity || line.durationDays === null) return { upTo: quantity, moreFrom: null };
  const begun = firstHandedOverAt ? dateIn(timeZone, firstHandedOverAt) : today;
  const parts = Math.floor(daysBetween(begun, today) / fractionDays) + 1;
  const upTo = Math.min(quantity, Math.ceil((quantity * fractionDays * parts) / line.durationDays));
  return { upTo, moreFrom: upTo < quantity ? addDays(begun, parts * fractionDays) : null };
}

/**
 * Why this much of a line may not be handed over now: too much at a time, the rest comes too late, or nobody says why only
 * a part of it goes out. `before` and `after` are the line around this hand-over.
 */
export function checkPart(
  line: Line,
  { before, after }: { before: FillLine; after: FillLine },
  rule: Rule,
  name: string,
  at: { now: Date; today: LocalDate; timeZone: string; signedAt: Date; path: string[] },
): Refusal | null {
  const { upTo, moreFrom } = allowance(line, before, rule, at.today, at.timeZone);
  if (after.handedOver > upTo) {
    const more = `${name}: it goes out in parts for ${rule.fractionDays} days each. `;
    const now = upTo - before.handedOver;
    return now > 0
      ? refuse('INVALID', `${more}At most ${now} now.`, { path: at.path })
      : refuse('NOT_YET', `${more}The next part is possible from ${moreFrom} on.`, { path: at.path });
  }
  if (before.handedOver > 0) {
    const late = restIsLate(before, rule, at);
    if (late)
      return refuse(
        'EXPIRED',
        `${name}: the rest had to follow by ${late}. Close the line; the doctor can prescribe the rest anew.`,
        { path: at.path },
      );
  }
  const limited = Math.min(rule.shortSupplyHours, rule.onRequestDaysFromSigning) < Infinity;
  if (limited && after.handedOver < after.quantity && after.partReason === null)
    return refuse('INVALID', `${name}: say why only a part of it is handed over.`, {
      path: ['input', 'partReason'],
    });
  return null;
}

/** Until when the rest had to follow, when that is over; null while it may. */
function restIsLate(
  { firstHandedOverAt, partReason }: FillLine,
  rule: Rule,
  at: { now: Date; today: LocalDate; timeZone: string; signedAt: Date },
): string | null {
  if (firstHandedOverAt === null) return null;
  if (partReason === 'on_request') {
    if (rule.onRequestDaysFromSigning === Infinity) return null;
    const last = addDays(dateIn(at.timeZone, at.signedAt), rule.onRequestDaysFromSigning);
    return at.today > last ? last : null;
  }
  if (rule.shortSupplyHours === Infinity) return null;
  // Without a reason on record the shorter time counts: nobody asked for a part.
  const end = new Date(firstHandedOverAt.getTime() + rule.shortSupplyHours * 3_600_000);
  return at.now > end ? end.toISOString() : null;
}
