import type { Asker } from './asker.ts';

/** Who accessed whose record: the patient's to know, and those who answer for it. */
export const accessPolicy = {
  read: (asker: Asker, { patientId }: { patientId: string | null }): boolean =>
    patientId === asker.userId || asker.permissions.includes('ReviewAudit'),
};

/** An access as a person would tell it: the patient's; others once it is questioned. */
export const recordAccessPolicy = {
  read: (asker: Asker, { patientId, questioned }: { patientId: string; questioned: boolean }): boolean =>
    patientId === asker.userId || (questioned && asker.permissions.includes('ReviewAudit')),
};

/** What a patient asked about an access. */
export const accessQuestionPolicy = {
  read: accessPolicy.read,
  /** Answered by the officer it was given to. */
  change: (asker: Asker, { officerId }: { officerId: string }): boolean =>
    officerId === asker.userId && asker.permissions.includes('ReviewAudit'),
  create: (asker: Asker, { patientId }: { patientId: string }): boolean => patientId === asker.userId,
};
