import { type Actor, personBehind, type Role } from '../actor.ts';

/** Who asks, as far as policies care. */
export type Asker = Pick<
  Actor,
  'userId' | 'organisationId' | 'role' | 'permissions' | 'proxyId' | 'emergencyId'
>;

/** In an emergency access a person has no role: only what names the emergency is open. Twin of `access.role()`. */
export const standingOf = ({ role, emergencyId }: Asker): Role | 'emergency' =>
  emergencyId === undefined ? role : 'emergency';

/** Whom a person takes part as: a pharmacist as the pharmacy. Twin of `access.principal_id()`. */
export function principalOf(asker: Asker): string | null {
  switch (standingOf(asker)) {
    case 'pharmacist':
      return asker.organisationId;
    case 'emergency':
      return null;
    default:
      return asker.userId;
  }
}

export { personBehind };

/** What opens a record to people without part in it. A service has it as copies of identity's. */
export interface Openings {
  /** Whether the patient shares the record with this clinic now. */
  isShared(patientId: string, organisationId: string): boolean;
  /** Whose record the asker's emergency access opens now; null when it has ended, or is not theirs. */
  emergencyPatient(asker: Asker): string | null;
}

/** Whether somebody reads a patient's record without part in it. Twin of `access.reads_record()`. */
export function readsRecord(asker: Asker, patientId: string, openings: Openings): boolean {
  switch (standingOf(asker)) {
    case 'doctor':
      return openings.isShared(patientId, asker.organisationId);
    case 'emergency':
      return openings.emergencyPatient(asker) === patientId;
    default:
      return false;
  }
}

/** A service's copy of what is shared: known to the doctors it is shared with. */
export const sharedRecordPolicy = {
  read: (asker: Asker, { organisationId }: { organisationId: string }): boolean =>
    standingOf(asker) === 'doctor' && organisationId === asker.organisationId,
};

/** A service's copy of emergency accesses: known to whoever opened it. */
export const openedEmergencyPolicy = {
  read: (asker: Asker, { holderId }: { holderId: string }): boolean => holderId === asker.userId,
};
