import type { Finding, Verdict } from '@carethread/contracts/screening.ts';
import { canonicalJson, sorted } from './canonical.ts';
import type { Gap } from './gap.ts';
import type { CodedLine } from './uses.ts';

/** What one kind of check has to say. */
export interface Judgement {
  readonly findings: readonly Finding[];
  readonly gaps: readonly Gap[];
}

/** Three values: true, false, or why it cannot be told. */
export type Known = boolean | Gap['reason'];

export function finding(
  kind: Finding['kind'],
  rule: { readonly id: string; readonly severity: Finding['severity'] },
  lines: readonly (CodedLine | null)[],
  subjects: readonly string[],
): Finding {
  const lineIds = sorted(lines.flatMap((line) => line?.lineId ?? []));
  const about = sorted(subjects);
  const key = [rule.id, lineIds.join('+'), about.join('+')].join('|');
  return { key, kind, severity: rule.severity, ruleId: rule.id, lineIds, subjects: about };
}

/** Each finding and gap once, in an order that depends on nothing but themselves. */
export function collect(judgements: readonly Judgement[]): Pick<Verdict, 'findings' | 'notChecked'> {
  const findings = new Map(judgements.flatMap((each) => each.findings).map((each) => [each.key, each]));
  const gaps = new Map(judgements.flatMap((each) => each.gaps).map((each) => [canonicalJson(each), each]));
  return { findings: inOrder(findings), notChecked: inOrder(gaps) };
}

const inOrder = <Value>(entries: ReadonlyMap<string, Value>): Value[] =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
