import { coverageOf, notCheckedKey, type Finding, type Verdict } from '@carethread/contracts/screening.ts';
import type { rangeFacts } from '../screen/dose-range.ts';
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

/** What of the range of a dose was left; null when it is the highest in a day, for which the rule has its own words. */
const doseText = ({ subjects }: Finding): string | null =>
  Object.entries(rangeTexts).find(([fact]) => subjects.includes(fact))?.[1] ?? null;
const rangeTexts: Record<(typeof rangeFacts)[keyof typeof rangeFacts], string> = {
  'dose:below-lowest-at-a-time': 'Less at a time than the lowest useful dose',
  'dose:above-highest-at-a-time': 'More at a time than the highest single dose',
  'dose:below-lowest-in-a-day': 'Less in a day than the lowest useful dose',
  'dose:too-often': 'More often than it is to be taken',
};

const upper = <Text extends string>(text: Text) => text.toUpperCase() as Uppercase<Text>;

/** Findings with the rules that have the words for them. */
export const shownFindings = (findings: readonly Finding[], release: LoadedRelease | null): ShownFinding[] =>
  findings.map((finding) => {
    const rule = release?.ruleById.get(finding.ruleId);
    if (!rule) throw new Error(`A finding's rule is in its release: ${finding.ruleId} is not.`);
    return { finding, rule };
  });

/** Gaps with the key under which each is answered, and the reason in a sentence. */
export const shownGaps = (gaps: Verdict['notChecked']) =>
  gaps.map((gap) => ({
    ...gap,
    key: notCheckedKey(gap),
    text: isGapReason(gap.reason) ? gapReasons[gap.reason] : gap.reason,
  }));

export const verdictFields: VerdictResolvers = {
  status: ({ verdict }): VerdictStatus => upper(verdict.status),
  release: ({ release }) => release && { id: release.id, number: release.number },
  inputHash: ({ verdict }) => verdict.inputHash,
  findings: ({ verdict, release }) => shownFindings(verdict.findings, release),
  checked: ({ verdict }) => verdict.checked,
  notChecked: ({ verdict }) => shownGaps(verdict.notChecked),
  coverage: ({ verdict, lineIds }) => coverageOf(lineIds, verdict),
};

export const findingFields: FindingResolvers = {
  key: ({ finding }) => finding.key,
  kind: ({ finding }): FindingKind => upper(finding.kind),
  severity: ({ finding }): FindingSeverity => upper(finding.severity),
  ruleId: ({ finding }) => finding.ruleId,
  text: ({ finding, rule }) => ('effect' in rule ? rule.effect : (doseText(finding) ?? rule.text)),
  management: ({ rule }) => ('management' in rule ? rule.management : null),
  mechanism: ({ rule }) => {
    if ('mechanism' in rule) return rule.mechanism;
    return 'crossReactivity' in rule ? `Cross-reactivity: ${rule.crossReactivity}` : null;
  },
  lineIds: ({ finding }) => finding.lineIds,
  subjects: ({ finding }) => finding.subjects,
  sources: ({ rule }) => rule.sources,
};
