import type { Finding, PatientFactors } from '@carethread/contracts/screening.ts';
import { isMore } from '../amount/exact.ts';
import type { Amounts } from './daily-amount.ts';
import { type Fitting, limitFor, type LimitKind } from './dose-limit.ts';
import { gap, type Gap } from './gap.ts';
import { finding, type Judgement } from './judgement.ts';
import type { CodedLine } from './uses.ts';

/** What a finding names beside the ingredient, so that those of one rule and line have keys of their own. */
export const rangeFacts = {
  minPerDose: 'dose:below-lowest-at-a-time',
  maxPerDose: 'dose:above-highest-at-a-time',
  minPerDay: 'dose:below-lowest-in-a-day',
  maxTimesPerDay: 'dose:too-often',
} as const satisfies Partial<Record<LimitKind, string>>;
export type RangeKind = keyof typeof rangeFacts;

const severities: Record<RangeKind, Finding['severity']> = {
  minPerDose: 'moderate',
  maxPerDose: 'major',
  minPerDay: 'moderate',
  maxTimesPerDay: 'moderate',
};

const given = {
  minPerDose: 'atATime',
  maxPerDose: 'atATime',
  minPerDay: 'inADay',
  maxTimesPerDay: 'timesADay',
} as const satisfies Record<RangeKind, keyof Amounts>;

/**
 * Each line against the range of the rules for this patient. The lowest daily amount counts per line as well: another line
 * with the same ingredient must not make a finding about this one disappear.
 */
export function checkRanges(
  amounts: ReadonlyMap<CodedLine, Amounts>,
  rules: Fitting,
  of: { ingredient: string; patient: PatientFactors; others: ReadonlySet<string> },
): Judgement {
  const findings: Finding[] = [];
  const gaps: Gap[] = [];
  for (const kind of Object.keys(rangeFacts) as RangeKind[]) {
    const limit = limitFor(kind, rules, of.patient, of.others);
    if (!limit) continue;
    for (const [line, amount] of amounts) {
      const value = amount[given[kind]];
      const isLowest = kind.startsWith('min');
      const breaks = isLowest
        ? limit.least !== null && isMore(limit.least, value)
        : limit.most !== null && isMore(value, limit.most);
      const keeps = isLowest
        ? limit.most !== null && !isMore(limit.most, value)
        : limit.least !== null && !isMore(value, limit.least);
      if (breaks) {
        const rule = { id: limit.ruleId, severity: severities[kind] };
        findings.push(finding('dose', rule, [line], [of.ingredient, rangeFacts[kind]]));
      } else if (!keeps) gaps.push(...limit.reasons.map((reason) => gap('dose', line.lineId, reason)));
    }
  }
  return { findings, gaps };
}
