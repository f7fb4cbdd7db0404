import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { addDays, dateIn, daysBetween } from '../calendar.ts';
import { applyingTo, isKnown, substanceOf } from '../controls/applying.ts';
import { packsAtSigning } from '../controls/at-signing.ts';
import { openFillOf, type Prescription, type Signature } from '../prescription.ts';
import { repeatsLeft } from '../refill.ts';
import type { Rules } from '../rules.ts';
import { isEnded } from '../ticket-copy.ts';
import { stopping, told } from '../withdrawal/withdrawal.ts';
import type { Terms } from './terms.ts';

type Signed = Prescription & { signature: Signature };

/**
 * Why a prescription cannot be renewed without the doctor writing a new one; null when it can. Asked when the patient asks,
 * so that nobody pays for nothing, and again when somebody approves.
 * @param authorityAt when the doctor last signed this content with their own hand
 */
export function renewalProblem(
  source: Signed,
  authorityAt: Date,
  { terms, rules, now }: { terms: Terms; rules: Pick<Rules, 'graceDays' | 'packs'>; now: Date },
): Refusal | null {
  return (
    standingProblem(source, terms) ??
    ageProblem(source, authorityAt, terms, now) ??
    medicineProblem(source, rules, now) ??
    earlyProblem(source, rules, now)
  );
}

const askDoctor = 'Ask your doctor for a new prescription.';

function standingProblem(source: Signed, { renewExpired }: Terms): Refusal | null {
  const { status } = source;
  switch (status) {
    case 'completed':
      return null;
    case 'expired':
      return renewExpired ? null : refuse('EXPIRED', `Its validity has ended. ${askDoctor}`);
    case 'cancelled':
      return refuse('ILLEGAL_MOVE', `It was cancelled. ${askDoctor}`, { currentStatus: status });
    case 'released':
      if (source.openItems > 0)
        return refuse('BLOCKED', `A newer safety check has points the doctor has to answer. ${askDoctor}`);
      if (isAtPharmacy(source))
        return refuse('NOT_YET', 'It can still be filled: nothing has to be renewed yet.');
      if (!openFillOf(source) && repeatsLeft(source) > 0)
        return refuse('NOT_YET', 'It has repeats left, which you can redeem.');
      return null;
    case 'draft':
    case 'signed':
    case 'blocked':
      return refuse('ILLEGAL_MOVE', 'It was never released.', { currentStatus: status });
    default:
      return status satisfies never;
  }
}

/** Whether a pharmacy has it or may still get it. A ticket that was closed with a fill open went out on paper. */
function isAtPharmacy(source: Prescription): boolean {
  const fill = openFillOf(source);
  return fill !== undefined && !(fill.ticket && isEnded(fill.ticket.status));
}

function ageProblem(
  { clinic }: Prescription,
  authorityAt: Date,
  { withinDays }: Terms,
  now: Date,
): Refusal | null {
  const zone = clinic?.timeZone ?? 'UTC';
  return daysBetween(dateIn(zone, authorityAt), dateIn(zone, now)) > withinDays
    ? refuse('EXPIRED', `Your doctor signed it more than ${withinDays} days ago and has to see you again.`)
    : null;
}

/** What nobody can check, what is controlled, and what is not to be had needs a prescriber. */
function medicineProblem(
  { lines, clinic, withdrawals }: Prescription,
  { packs }: Pick<Rules, 'packs'>,
  now: Date,
): Refusal | null {
  const under = packsAtSigning(packs, clinic, now);
  for (const line of lines) {
    if (!isKnown(line))
      return refuse('NOT_ALLOWED', `The catalog does not know what “${line.text}” is. ${askDoctor}`);
    if (line.resolved?.schedule != null || applyingTo(under, substanceOf(line)).length > 0)
      return refuse('NOT_ALLOWED', `“${line.text}” is a controlled medicine. ${askDoctor}`);
    const stopped = stopping(withdrawals, line.productId, now);
    if (stopped) return refuse('BLOCKED', `“${line.text}”: ${told(stopped)} ${askDoctor}`);
  }
  return null;
}

/** Not before the supply of the last time is nearly used up. What went out on paper counts from its signature. */
function earlyProblem(source: Signed, { graceDays }: Pick<Rules, 'graceDays'>, now: Date): Refusal | null {
  const zone = source.clinic?.timeZone ?? 'UTC';
  const onPaper = openFillOf(source) !== undefined;
  const from = onPaper ? source.signature.at : source.lastHandedOverAt;
  if (!from) return null;
  const days = onPaper
    ? Math.max(0, ...source.lines.map((line) => line.durationDays ?? 0))
    : source.daysSupplied;
  const earliest = addDays(dateIn(zone, from), Math.max(0, days - graceDays));
  return dateIn(zone, now) < earliest ? refuse('NOT_YET', `Possible from ${earliest} on.`) : null;
}
