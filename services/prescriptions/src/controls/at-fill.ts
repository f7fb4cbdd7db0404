import type { LineId, OrganisationId } from '@carethread/contracts/ids.ts';
import { notCheckedKey } from '@carethread/contracts/screening.ts';
import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { dateIn } from '../calendar.ts';
import type { Line } from '../line.ts';
import type { Prescription } from '../prescription.ts';
import { type Applying, applyingTo, isKnown, nameOf, ruleUnder, substanceOf } from './applying.ts';
import { isProofMissing, proofAt, type ProofThen } from './at-signing.ts';
import type { Packs } from './packs.ts';
import { lastDay, type Rule } from './rule.ts';

/** Where a fill is, or would be, filled. */
export interface Place {
  pharmacyId: OrganisationId;
  jurisdiction: string | null;
  timeZone: string;
}

/** What holds for a line at a fill: what held where and when it was signed, and what holds where and when it is filled. */
export interface Standing {
  applying: Applying[];
  rule: Rule;
  /** The catalog calls it controlled, and where it is filled nobody has said what that means. */
  withoutRules: boolean;
}

/** The stricter of signing and fill, in each point: of place, pack version and schedule. */
export function standingOf(
  prescription: Prescription,
  line: Line,
  place: Pick<Place, 'jurisdiction' | 'timeZone'>,
  { packs, now }: { packs: Packs; now: Date },
): Standing {
  const today = substanceOf(line);
  const asSigned = prescription.signedSchedules[line.id];
  const then = asSigned === undefined ? today : { ...today, schedule: asSigned };
  const here = packs.inForce(place.jurisdiction, dateIn(place.timeZone, now));
  const applying = [
    ...applyingTo(packs.named(prescription.signature?.packs ?? []), then),
    ...applyingTo(here, today),
  ];
  return {
    applying,
    rule: ruleUnder(applying),
    withoutRules: here.length === 0 && today.schedule !== null,
  };
}

/** The key under which a doctor answers for a line of which nobody knows whether it is controlled. */
export const unknownScheduleKey = (lineId: LineId): string =>
  notCheckedKey({ check: 'schedule', lineId, reason: 'unknown' });

/** Whether the doctor has given their word for this line of this content. */
export const isAnswered = ({ overrides, signature }: Prescription, lineId: LineId): boolean =>
  overrides.some(
    ({ contentHash, findingKey }) =>
      contentHash === signature?.contentHash && findingKey === unknownScheduleKey(lineId),
  );

/** The proof of identity as it was when the content was signed; null when there was none. */
export const proofAtSigning = ({ signature }: Prescription): ProofThen | null =>
  signature ? proofAt(signature.stepUp, signature.at) : null;

/** Why this line may not be filled there and now, as fill `number`, with the way on; null when it may. */
export function checkLine(
  prescription: Prescription,
  line: Line,
  number: number,
  place: Place,
  at: { packs: Packs; now: Date; path?: string[] },
): Refusal | null {
  const { applying, rule, withoutRules } = standingOf(prescription, line, place, at);
  const name = nameOf(applying);
  const no = (code: Parameters<typeof refuse>[0], message: string) =>
    refuse(code, message, { path: at.path ?? [] });
  if (!isKnown(line) && !isAnswered(prescription, line.id))
    return no('BLOCKED', 'It is not known whether this is controlled: the doctor has to answer for that.');
  if (withoutRules)
    return no(
      'NOT_ALLOWED',
      `This is controlled (${line.resolved!.schedule}), and there are no rules for that in this pharmacy's jurisdiction. Return the ticket: another pharmacy may fill it.`,
    );
  if (number - 1 > rule.maxRepeats)
    return no(
      'BLOCKED',
      `${name}: at most ${rule.maxRepeats} repeats. Ask the doctor for a new prescription.`,
    );
  if (isProofMissing(rule, proofAtSigning(prescription)))
    return no(
      'BLOCKED',
      `${name}: it was signed without the proof of identity that this needs. Ask the doctor to sign a new version.`,
    );
  if (rule.maxDaysSupply < Infinity && (line.durationDays === null || line.durationDays > rule.maxDaysSupply))
    return no(
      'BLOCKED',
      `${name}: at most ${rule.maxDaysSupply} days at a time. Ask the doctor for a new prescription.`,
    );
  const { signature, dispensedBy, transfers } = prescription;
  const last = signature && lastDay(rule, signature.at, place.timeZone);
  if (last && dateIn(place.timeZone, at.now) > last)
    return no('EXPIRED', `${name}: could be filled until ${last}. Ask the doctor for a new prescription.`);
  if (dispensedBy !== null && dispensedBy !== place.pharmacyId && transfers + 1 > rule.maxTransfers)
    return no(
      'NOT_ALLOWED',
      `${name}: ${rule.maxTransfers === 0 ? 'another pharmacy may not go on with it' : 'it has gone to another pharmacy before, and may not again'}. Go to the pharmacy that filled it last, or ask the doctor for a new prescription.`,
    );
  return null;
}
