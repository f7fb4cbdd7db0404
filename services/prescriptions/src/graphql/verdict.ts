import { toEnum } from '../codes.ts';
import type {
  FindingOverrideResolvers,
  StoredFindingResolvers,
  StoredGapResolvers,
  StoredVerdictResolvers,
} from '../generated/graphql.ts';
import { coverageOf, notCheckedKey } from '@carethread/contracts/screening.ts';
import type { Override } from '../screening.ts';
import type { VerdictView } from './views.ts';

const answers = ({ prescription, judged }: VerdictView): Override[] =>
  prescription.overrides.filter(({ contentHash }) => contentHash === judged.contentHash);
const answerTo = (key: string, overrides: Override[]) =>
  overrides.find(({ findingKey }) => findingKey === key) ?? null;

export const StoredVerdictType: StoredVerdictResolvers = {
  screeningNumber: ({ judged }) => judged.number,
  cause: ({ judged }) => toEnum(judged.cause),
  status: ({ judged }) => toEnum(judged.verdict.status),
  releaseId: ({ judged }) => judged.verdict.releaseId,
  inputHash: ({ judged }) => judged.verdict.inputHash,
  contentHash: ({ judged }) => judged.contentHash,
  findings: (view) => view.judged.verdict.findings.map((finding) => ({ finding, overrides: answers(view) })),
  checked: ({ judged }) => judged.verdict.checked,
  notChecked: (view) => view.judged.verdict.notChecked.map((gap) => ({ gap, overrides: answers(view) })),
  coverage: ({ judged }) =>
    coverageOf(
      judged.input.lines.map(({ lineId }) => lineId),
      judged.verdict,
    ),
  askedAt: ({ judged }) => judged.askedAt,
  judgedAt: ({ judged }) => judged.judgedAt,
};

export const StoredFinding: StoredFindingResolvers = {
  key: ({ finding }) => finding.key,
  kind: ({ finding }) => toEnum(finding.kind),
  severity: ({ finding }) => toEnum(finding.severity),
  ruleId: ({ finding }) => finding.ruleId,
  lineIds: ({ finding }) => finding.lineIds,
  subjects: ({ finding }) => finding.subjects,
  override: ({ finding, overrides }) => answerTo(finding.key, overrides),
};

export const StoredGap: StoredGapResolvers = {
  key: ({ gap }) => notCheckedKey(gap),
  check: ({ gap }) => gap.check,
  lineId: ({ gap }) => gap.lineId,
  reason: ({ gap }) => gap.reason,
  override: ({ gap, overrides }) => answerTo(notCheckedKey(gap), overrides),
};

export const FindingOverride: FindingOverrideResolvers = {
  reason: ({ reason }) => toEnum(reason),
  doctor: ({ doctorId }) => ({ id: doctorId }),
};
