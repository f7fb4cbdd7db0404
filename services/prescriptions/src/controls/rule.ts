import { addDays, addMonths, dateIn, type LocalDate } from '../calendar.ts';
import type { PackRules } from './pack.ts';

type Validity = NonNullable<PackRules['validity']>;

/** What holds for one medicine, whoever asks it. Infinity and true stand for what nobody limits. */
export interface Rule {
  readonly maxRepeats: number;
  /** All of them; the one that ends first counts. */
  readonly validities: readonly Validity[];
  readonly maxDaysSupply: number;
  readonly refillGraceDays: number;
  readonly stepUpMaxAgeSeconds: number;
  /** How the proof of identity has to have been given: all of these. */
  readonly stepUpMethods: readonly string[];
  readonly substitutionAllowed: boolean;
  readonly maxTransfers: number;
  readonly shortSupplyHours: number;
  readonly onRequestDaysFromSigning: number;
  readonly fractionDays: number;
}

/** Asks nothing. */
export const noRule: Rule = {
  maxRepeats: Infinity,
  validities: [],
  maxDaysSupply: Infinity,
  refillGraceDays: Infinity,
  stepUpMaxAgeSeconds: Infinity,
  stepUpMethods: [],
  substitutionAllowed: true,
  maxTransfers: Infinity,
  shortSupplyHours: Infinity,
  onRequestDaysFromSigning: Infinity,
  fractionDays: Infinity,
};

export const ruleOf = (rules: PackRules): Rule => ({
  maxRepeats: rules.maxRepeats ?? Infinity,
  validities: rules.validity ? [rules.validity] : [],
  maxDaysSupply: rules.maxDaysSupply ?? Infinity,
  refillGraceDays: rules.refillGraceDays ?? Infinity,
  stepUpMaxAgeSeconds: rules.stepUpMaxAgeSeconds ?? Infinity,
  stepUpMethods: [...(rules.stepUpMethods ?? [])].sort(),
  substitutionAllowed: rules.substitution !== 'forbidden',
  maxTransfers: rules.maxTransfers ?? Infinity,
  shortSupplyHours: rules.restOfPart?.shortSupplyHours ?? Infinity,
  onRequestDaysFromSigning: rules.restOfPart?.onRequestDaysFromSigning ?? Infinity,
  fractionDays: rules.fractionDays ?? Infinity,
});

/** Both at once: in each point the stricter of the two. */
export const stricter = (a: Rule, b: Rule): Rule => ({
  maxRepeats: Math.min(a.maxRepeats, b.maxRepeats),
  validities: [...a.validities, ...b.validities],
  maxDaysSupply: Math.min(a.maxDaysSupply, b.maxDaysSupply),
  refillGraceDays: Math.min(a.refillGraceDays, b.refillGraceDays),
  stepUpMaxAgeSeconds: Math.min(a.stepUpMaxAgeSeconds, b.stepUpMaxAgeSeconds),
  stepUpMethods: [...new Set([...a.stepUpMethods, ...b.stepUpMethods])].sort(),
  substitutionAllowed: a.substitutionAllowed && b.substitutionAllowed,
  maxTransfers: Math.min(a.maxTransfers, b.maxTransfers),
  shortSupplyHours: Math.min(a.shortSupplyHours, b.shortSupplyHours),
  onRequestDaysFromSigning: Math.min(a.onRequestDaysFromSigning, b.onRequestDaysFromSigning),
  fractionDays: Math.min(a.fractionDays, b.fractionDays),
});

/** The last day on which a signature made at this instant counts, in this zone; null when the rule sets no limit. */
export function lastDay({ validities }: Rule, signedAt: Date, timeZone: string): LocalDate | null {
  const signedOn = dateIn(timeZone, signedAt);
  const ends = validities.map((validity) =>
    'days' in validity ? addDays(signedOn, validity.days) : addMonths(signedOn, validity.months),
  );
  return ends.sort()[0] ?? null;
}
