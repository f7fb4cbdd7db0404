import { apart, type AuditedTypes } from '@carethread/service-kit/audit/personal-types.ts';
import { medicineTypes } from './medicine-types.ts';

/** The catalog knows medicines, and of people only the verdicts it has judged, which no request reads. */
export const audited: AuditedTypes = {
  types: {
    ...apart('is no person', ...medicineTypes),
    ...apart(
      'is computed from what prescriptions shows in the same answer, and notes',
      'Prescription',
      'Verdict',
      'Coverage',
      'Finding',
      'RuleSource',
      'NotChecked',
      'Candidate',
    ),
    User: 'is a reference: identity notes it',
  },
  unwatched: apart(
    'is about medicines, and who looks after them',
    'publication',
    'catalog_change',
    'withdrawal',
    'publisher',
  ),
};
