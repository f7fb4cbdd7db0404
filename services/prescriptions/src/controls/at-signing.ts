import type { RefusalCode, UserError } from '@carethread/service-kit/refusal.ts';
import type { StepUp } from '@carethread/contracts/actor.ts';
import { dateIn } from '../calendar.ts';
import { isCoded, type Line } from '../line.ts';
import type { Clinic } from '../prescription.ts';
import { type Applying, applyingTo, isKnown, nameOf, ruleUnder, substanceOf } from './applying.ts';
import { inMethods } from './in-words.ts';
import type { Pack } from './pack.ts';
import type { Packs } from './packs.ts';
import type { Rule } from './rule.ts';

export const signingCheckKinds = [
  'schedule_pending',
  'schedule_unknown',
  'no_rules',
  'step_up',
  'repeats',
  'days_supply',
  'duration',
] as const;

/** Something that stands between lines and a signature, or that will have to be answered after it. */
export interface SigningCheck {
  kind: (typeof signingCheckKinds)[number];
  /** Null for what is about the signature and not about a line. */
  line: number | null;
  message: string;
  /** The refusal it means; null when it does not refuse the signature. */
  code: RefusalCode | null;
  field: 'repeats' | 'durationDays' | null;
}

/** The packs a signature made now is made under. */
export const packsAtSigning = (packs: Packs, clinic: Clinic | null, now: Date): Pack[] =>
  packs.inForce(clinic?.jurisdiction ?? null, dateIn(clinic?.timeZone ?? 'UTC', now));

/** A proof of identity as it was when it was needed. */
export interface ProofThen {
  ageSeconds: number;
  /** In the words of RFC 8176. */
  methods: readonly string[];
}
export const proofAt = (stepUp: StepUp | null | undefined, at: Date): ProofThen | null =>
  stepUp ? { ageSeconds: at.getTime() / 1000 - stepUp.at, methods: stepUp.methods } : null;

/** What the packs say of these lines as they are written, by somebody with this proof of who they are. */
export function signingChecks(
  lines: readonly Line[],
  under: readonly Pack[],
  proof: ProofThen | null,
): SigningCheck[] {
  const each = lines.map((line) => ({ line, applying: applyingTo(under, substanceOf(line)) }));
  const proofs = each.filter(({ applying }) => isProofMissing(ruleUnder(applying), proof));
  return [
    ...(proofs.length > 0 ? [stepUpCheck(proofs.map(({ applying }) => applying))] : []),
    ...each.flatMap(({ line, applying }, i) => [
      ...standing(line, under, i),
      ...limits(line, applying).map((check) => ({ ...check, line: i })),
    ]),
  ];
}

/** Whether the rule wants a proof of identity that is younger than this one, or was given in another way. */
export const isProofMissing = (
  { stepUpMaxAgeSeconds, stepUpMethods }: Rule,
  proof: ProofThen | null,
): boolean =>
  stepUpMaxAgeSeconds < Infinity &&
  (proof === null ||
    proof.ageSeconds > stepUpMaxAgeSeconds ||
    !stepUpMethods.every((method) => proof.methods.includes(method)));

/** Those that refuse the signature, as a client is told. */
export const asUserErrors = (checks: readonly SigningCheck[]): UserError[] =>
  checks.flatMap(({ code, message, line, field }) =>
    code === null
      ? []
      : [{ code, message, path: line === null ? [] : ['lines', String(line), ...(field ? [field] : [])] }],
  );

function stepUpCheck(applying: Applying[][]): SigningCheck {
  const rules = applying.map(ruleUnder);
  const seconds = Math.min(...rules.map((rule) => rule.stepUpMaxAgeSeconds));
  const how = inMethods([...new Set(rules.flatMap((rule) => rule.stepUpMethods))]);
  return {
    kind: 'step_up',
    line: null,
    message: `${nameOf(applying.flat())}: prove once more who you are${how} (confirmIdentity), and sign within ${seconds} seconds with the access token you get.`,
    code: 'STEP_UP_REQUIRED',
    field: null,
  };
}

function standing(line: Line, under: readonly Pack[], i: number): SigningCheck[] {
  const about = { line: i, field: null };
  if (line.resolved === null && isCoded(line))
    return [
      {
        ...about,
        kind: 'schedule_pending',
        message: 'The catalog has not said yet whether this is controlled.',
        code: null,
      },
    ];
  if (!isKnown(line))
    return [
      {
        ...about,
        kind: 'schedule_unknown',
        message:
          'It is not known whether this is controlled: nobody gets it before you have answered for that.',
        code: null,
      },
    ];
  const { schedule } = substanceOf(line);
  if (schedule === null || under.length > 0) return [];
  const message = `This is controlled (${schedule}), and there are no rules for that in the clinic's jurisdiction.`;
  return [{ ...about, kind: 'no_rules', message, code: 'NOT_ALLOWED' }];
}

function limits(line: Line, applying: readonly Applying[]): Omit<SigningCheck, 'line'>[] {
  const { maxRepeats, maxDaysSupply, fractionDays } = ruleUnder(applying);
  const name = nameOf(applying);
  const found: Omit<SigningCheck, 'line'>[] = [];
  if (line.repeats > maxRepeats)
    found.push({
      kind: 'repeats',
      message: `${name}: at most ${maxRepeats} repeats, not ${line.repeats}.`,
      code: 'INVALID',
      field: 'repeats',
    });
  if (line.durationDays === null && Math.min(maxDaysSupply, fractionDays) < Infinity)
    found.push({
      kind: 'duration',
      message: `${name}: say for how many days it is meant.`,
      code: 'INVALID',
      field: 'durationDays',
    });
  if (line.durationDays !== null && line.durationDays > maxDaysSupply)
    found.push({
      kind: 'days_supply',
      message: `${name}: at most ${maxDaysSupply} days, not ${line.durationDays}.`,
      code: 'INVALID',
      field: 'durationDays',
    });
  return found;
}
