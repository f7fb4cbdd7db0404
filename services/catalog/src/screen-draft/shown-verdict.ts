import { coverageOf, notCheckedKey, type Finding, type Verdict } from '@carethread/contracts/screening.ts';
import { gapReasons, isGapReason } from '../screen/gap.ts';
import type { AnyRule, LoadedRelease } from '../release/load-rules.ts';
import type {
  FindingKind,
  FindingResolvers,
  FindingSeverity,
  VerdictResolvers,
  VerdictStatus,
} from '../generated/graphql.ts';

/** A verdict with the release that has the words for it; none when nothing could be checked. */
export interface ShownVerdict {
  readonly verdict: Verdict;
  /** The lines it is about. */
  readonly lineIds: readonly string[];
  readonly release: LoadedRelease | null;
}
export interface ShownFinding {
  readonly finding: Finding;
  readonly rule: AnyRule;
}

const upper = <Text extends string>(text: Text) => text.toUpperCase() as Uppercase<Text>;

export const verdictFields: VerdictResolvers = {
  status: ({ verdict }): VerdictStatus => upper(verdict.status),
  release: ({ release }) => release && { id: release.id, number: release.number },
  inputHash: ({ verdict }) => verdict.inputHash,
  findings: ({ verdict, release }) =>
    verdict.findings.map((finding): ShownFinding => {
      const rule = release?.ruleById.get(finding.ruleId);
      if (!rule) throw new Error(`A finding's rule is in its release: ${finding.ruleId} is not.`);
      return { finding, rule };
    }),
  checked: ({ verdict }) => verdict.checked,
  notChecked: ({ verdict }) =>
    verdict.notChecked.map((gap) => ({
      ...gap,
      key: notCheckedKey(gap),
      text: isGapReason(gap.reason) ? gapReasons[gap.reason] : gap.reason,
    })),
  coverage: ({ verdict, lineIds }) => coverageOf(lineIds, verdict),
};

export const findingFields: FindingResolvers = {
  key: ({ finding }) => finding.key,
  kind: ({ finding }): FindingKind => upper(finding.kind),
  severity: ({ finding }): FindingSeverity => upper(finding.severity),
  ruleId: ({ finding }) => finding.ruleId,
  text: ({ rule }) => ('effect' in rule ? rule.effect : rule.text),
  management: ({ rule }) => ('management' in rule ? rule.management : null),
  mechanism: ({ rule }) => {
    if ('mechanism' in rule) return rule.mechanism;
    return 'crossReactivity' in rule ? `Cross-reactivity: ${rule.crossReactivity}` : null;
  },
  lineIds: ({ finding }) => finding.lineIds,
  subjects: ({ finding }) => finding.subjects,
  sources: ({ rule }) => rule.sources,
};
