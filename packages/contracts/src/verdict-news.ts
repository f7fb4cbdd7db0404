import { notCheckedKey, type Finding, type Verdict } from './screening.ts';

/** The part of a verdict that two checks of the same content are compared by. */
export type Said = Pick<Verdict, 'findings' | 'notChecked'>;

/** What a verdict says that the one before did not, and that needs an answer. */
export interface News {
  readonly findings: readonly Finding[];
  readonly gaps: Verdict['notChecked'];
  /** Under which it is answered. */
  readonly keys: readonly string[];
}

export const worsts = ['contraindicated', 'major', 'moderate', 'not_checked'] as const;
export type Worst = (typeof worsts)[number];

/** What is new and needs an answer; null when there is nothing. What is good to know needs none. */
export function newsOf(before: Said, after: Said): News | null {
  const known = new Set([
    ...before.findings.filter(isSerious).map(({ key }) => key),
    ...before.notChecked.map(notCheckedKey),
  ]);
  const findings = after.findings.filter((each) => isSerious(each) && !known.has(each.key));
  const gaps = after.notChecked.filter((gap) => !known.has(notCheckedKey(gap)));
  const keys = [...findings.map(({ key }) => key), ...gaps.map(notCheckedKey)];
  return keys.length > 0 ? { findings, gaps, keys } : null;
}

const isSerious = ({ severity }: Finding): boolean => severity !== 'info';

/** The worst of what is new. */
export const worstOf = ({ findings }: News): Worst =>
  worsts.find((worst) => findings.some(({ severity }) => severity === worst)) ?? 'not_checked';
