import type { StepUp } from '@carethread/contracts/actor.ts';
import type { UserId } from '@carethread/contracts/ids.ts';
import type { ScreeningInput } from '@carethread/contracts/screening.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { dateIn, dayMs, daysBetween } from './calendar.ts';
import { applyingTo, isKnown, ruleUnder, substanceOf } from './controls/applying.ts';
import { asUserErrors, packsAtSigning, proofAt, signingChecks } from './controls/at-signing.ts';
import { type Pack, refOf } from './controls/pack.ts';
import { lastDay } from './controls/rule.ts';
import { checkChangeable } from './drafting.ts';
import { endFill } from './fill.ts';
import type { Line } from './line.ts';
import {
  checkVersion,
  type Decided,
  decide,
  draftOf,
  hashOf,
  openFillOf,
  type Prescription,
  withFill,
  wrongStatus,
} from './prescription.ts';
import type { Rules } from './rules.ts';
import type { ScreeningCause } from './screening.ts';
import { checkProducts } from './withdrawal/withdrawal.ts';

/** What is to be checked, with the version of the facts it was built from. */
export interface ToScreen {
  input: ScreeningInput;
  factsVersion: number;
}

/**
 * Freezes what is being written and has it checked. `mayPrescribe` is the signer's right at this moment. A fill nobody
 * has handed anything over from ends here when the content is a new version.
 */
export function sign(
  prescription: Prescription,
  by: { userId: UserId; mayPrescribe: boolean; expectedVersion: number },
  toScreen: ToScreen,
  at: { now: Date; rules: Pick<Rules, 'validDays' | 'packs'>; stepUp: StepUp | null },
): Decided | Refusal {
  const draft = draftOf(prescription);
  if (!draft) return wrongStatus(prescription, 'This is signed already.');
  const stale = checkVersion(prescription, by.expectedVersion);
  if (stale) return stale;
  if (by.userId !== prescription.doctorId || prescription.ticket === null || !by.mayPrescribe)
    return refuse('NOT_ALLOWED', 'You may not prescribe for this clinic now.');
  const unchangeable = checkChangeable(prescription);
  if (unchangeable) return unchangeable;
  if (draft.lines.length === 0) return refuse('INVALID', 'There is nothing on it yet.', { path: ['lines'] });
  const timeless = draft.lines.flatMap((line, i) =>
    line.repeats > 0 && line.durationDays === null ? [String(i)] : [],
  );
  if (timeless.length > 0)
    return new Refusal(
      timeless.map((i) => ({
        code: 'INVALID',
        message: 'A line with repeats needs its duration: the next fill is counted from it.',
        path: ['lines', i, 'durationDays'],
      })),
    );
  const stopped = checkProducts(draft.lines, prescription.withdrawals, at.now);
  if (stopped) return stopped;
  const { contentVersion, lines } = draft;
  const { packs, validDays } = at.rules;
  const under = packsAtSigning(packs, prescription.clinic, at.now);
  const forbidden = asUserErrors(signingChecks(lines, under, proofAt(at.stepUp, at.now)));
  if (forbidden.length > 0) return new Refusal(forbidden);
  const hash = hashOf(prescription, draft);
  const begun = openFillOf(prescription);
  return decide(
    prescription,
    {
      status: 'signed',
      contentVersion,
      lines,
      amendment: null,
      signature: {
        contentHash: hash,
        by: by.userId,
        at: at.now,
        validUntil: validUntil(prescription, lines, under, at.now, validDays),
        packs: under.map(refOf),
        stepUp: at.stepUp,
      },
      signedSchedules: Object.fromEntries(
        lines.filter(isKnown).map(({ id, resolved }) => [id, resolved!.schedule]),
      ),
      releasedAt: null,
      openItems: 0,
      fills: begun ? withFill(prescription, endFill(begun, 'superseded')) : prescription.fills,
      screening: nextScreening(
        prescription,
        { contentVersion, contentHash: hash, cause: 'signed', now: at.now },
        toScreen,
      ),
    },
    { kind: 'signed' },
  );
}

/** The installation's limit, or that of the line whose own ends first. */
function validUntil(
  { clinic }: Prescription,
  lines: readonly Line[],
  under: readonly Pack[],
  now: Date,
  validDays: number,
): Date {
  const zone = clinic?.timeZone ?? 'UTC';
  const ends = lines.flatMap((line) => {
    const last = lastDay(ruleUnder(applyingTo(under, substanceOf(line))), now, zone);
    return last ? [daysBetween(dateIn(zone, now), last)] : [];
  });
  return new Date(now.getTime() + Math.min(validDays, ...ends) * dayMs);
}

/** Has frozen content checked again; null for one that is not in force. */
export function rescreen(
  prescription: Prescription,
  cause: ScreeningCause,
  toScreen: ToScreen,
  now: Date,
): Decided | null {
  const { signature, contentVersion } = prescription;
  if (!signature || !isInForce(prescription)) return null;
  const about = { contentVersion, contentHash: signature.contentHash, cause, now };
  return decide(
    prescription,
    { screening: nextScreening(prescription, about, toScreen) },
    { kind: 'rescreen_requested' },
  );
}

/** Signed and not ended: what it says may still reach the patient. */
export function isInForce({ status }: Prescription): boolean {
  switch (status) {
    case 'signed':
    case 'blocked':
    case 'released':
      return true;
    case 'draft':
    case 'completed':
    case 'cancelled':
    case 'expired':
      return false;
    default:
      return status satisfies never;
  }
}

const nextScreening = (
  { screening }: Prescription,
  about: { contentVersion: number; contentHash: string; cause: ScreeningCause; now: Date },
  { input, factsVersion }: ToScreen,
) => ({
  number: (screening?.number ?? 0) + 1,
  contentVersion: about.contentVersion,
  contentHash: about.contentHash,
  factsVersion,
  cause: about.cause,
  input,
  askedAt: about.now,
  verdict: null,
  judgedAt: null,
});
