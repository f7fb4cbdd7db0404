import { toEnum } from '../codes.ts';
import { applyingTo, isKnown, nameOf, ruleUnder, substanceOf } from '../controls/applying.ts';
import { standingOf } from '../controls/at-fill.ts';
import { packsAtSigning, proofAt, signingChecks } from '../controls/at-signing.ts';
import { inWords } from '../controls/in-words.ts';
import { refOf } from '../controls/pack.ts';
import { lastDay } from '../controls/rule.ts';
import type {
  AppliedScheduleResolvers,
  MedicineControlResolvers,
  SigningCheckResolvers,
} from '../generated/graphql.ts';
import { currentFill, draftOf, type Prescription } from '../prescription.ts';
import type { Context } from './context.ts';
import type { ControlView, SigningCheckView } from './views.ts';

/** Where it is filled, as far as that is known; where it was written until then. */
export function placeOf(prescription: Prescription): { jurisdiction: string | null; timeZone: string } {
  const ticket = currentFill(prescription)?.ticket ?? prescription.ticket;
  const { jurisdiction, timeZone } = prescription.clinic ?? { jurisdiction: null, timeZone: 'UTC' };
  return ticket?.jurisdiction
    ? { jurisdiction: ticket.jurisdiction, timeZone: ticket.timeZone }
    : { jurisdiction, timeZone };
}

/** What holds for each line that is controlled, or of which nobody knows: as written for a draft, else as it is filled. */
export function controlsOf(prescription: Prescription, { rules: { packs }, now }: Context): ControlView[] {
  const { signature, lines, clinic } = prescription;
  const place = placeOf(prescription);
  const at = { packs, now: now() };
  return lines.flatMap((line): ControlView[] => {
    const drafted = applyingTo(packsAtSigning(packs, clinic, at.now), substanceOf(line));
    const { applying, rule, withoutRules } = signature
      ? standingOf(prescription, line, place, at)
      : { applying: drafted, rule: ruleUnder(drafted), withoutRules: false };
    const status = !isKnown(line) ? 'unknown' : withoutRules ? 'without_rules' : 'controlled';
    if (status === 'controlled' && applying.length === 0) return [];
    const zone = signature ? place.timeZone : (clinic?.timeZone ?? 'UTC');
    return [{ line, status, applying, rule, lastDay: lastDay(rule, signature?.at ?? at.now, zone) }];
  });
}

/** What would refuse the doctor's signature now, or will have to be answered after it. */
export function signingChecksOf(
  prescription: Prescription,
  { actor, rules: { packs }, now }: Context,
): SigningCheckView[] {
  const draft = draftOf(prescription);
  if (!draft || actor?.role !== 'doctor') return [];
  const under = packsAtSigning(packs, prescription.clinic, now());
  return signingChecks(draft.lines, under, proofAt(actor.stepUp, now())).map((check) => ({
    ...check,
    lineId: check.line === null ? null : draft.lines[check.line]!.id,
  }));
}

const limit = (value: number): number | null => (value < Infinity ? value : null);

export const MedicineControl: MedicineControlResolvers = {
  lineId: ({ line }) => line.id,
  status: ({ status }) => toEnum(status),
  name: ({ applying }) => (applying.length > 0 ? nameOf(applying) : null),
  schedules: ({ applying }) =>
    applying.filter((each, i) => applying.findIndex((one) => one.schedule === each.schedule) === i),
  rules: ({ rule, lastDay: last }) => inWords(rule, last),
  maxRepeats: ({ rule }) => limit(rule.maxRepeats),
  maxDaysSupply: ({ rule }) => limit(rule.maxDaysSupply),
  lastDay: ({ lastDay: last }) => last,
  stepUpMaxAgeSeconds: ({ rule }) => limit(rule.stepUpMaxAgeSeconds),
  stepUpMethods: ({ rule }) => [...rule.stepUpMethods],
  substitutionAllowed: ({ rule }) => rule.substitutionAllowed,
  maxTransfers: ({ rule }) => limit(rule.maxTransfers),
  fractionDays: ({ rule }) => limit(rule.fractionDays),
};

export const AppliedSchedule: AppliedScheduleResolvers = {
  code: ({ schedule }) => schedule.code,
  title: ({ schedule }) => schedule.title,
  jurisdiction: ({ pack }) => pack.jurisdiction,
  pack: ({ pack }) => refOf(pack),
  sources: ({ schedule }) => schedule.sources,
};

export const SigningCheck: SigningCheckResolvers = {
  kind: ({ kind }) => toEnum(kind),
  refuses: ({ code }) => code !== null,
};
