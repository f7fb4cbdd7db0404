import { type Asker, personBehind, principalOf, standingOf } from './asker.ts';

/** What identity knows beside a row. */
export interface IdentityFacts {
  /** Whether the asker holds this permission now. */
  holds(asker: Asker, permission: string): boolean;
  /** Patients registered with this clinic now. */
  isRegistered(patientId: string, clinicId: string): boolean;
  sharesTicket(patientId: string, principalId: string): boolean;
  /** Whether the patient shares the record with this clinic now. */
  isShared(patientId: string, clinicId: string): boolean;
  /** Taken up, ended or not: what was done stays signed. */
  delegations: readonly { patientId: string; delegateId: string; revoked: boolean }[];
  emergencyPatient(asker: Asker): string | null;
}

export interface UserFacts {
  userId: string;
  isStaff: boolean;
}

const knowsDelegate = (
  asker: Asker,
  userId: string,
  { delegations, sharesTicket }: IdentityFacts,
): boolean => {
  const principal = principalOf(asker);
  return delegations.some(
    ({ delegateId, patientId }) =>
      delegateId === userId &&
      (patientId === asker.userId || (principal !== null && sharesTicket(patientId, principal))),
  );
};

/** Names. Staff is known to everybody; a patient to those who have to do with them. */
export const userPolicy = {
  read(asker: Asker, { userId, isStaff }: UserFacts, facts: IdentityFacts): boolean {
    const principal = principalOf(asker);
    return (
      userId === asker.userId ||
      isStaff ||
      (principal !== null && facts.sharesTicket(userId, principal)) ||
      (standingOf(asker) === 'doctor' &&
        (facts.isRegistered(userId, asker.organisationId) || facts.isShared(userId, asker.organisationId))) ||
      facts.holds(asker, 'ManageUsers') ||
      facts.delegations.some(
        ({ patientId, delegateId }) => patientId === userId && delegateId === personBehind(asker),
      ) ||
      knowsDelegate(asker, userId, facts) ||
      facts.emergencyPatient(asker) === userId
    );
  },
};

export interface MembershipFacts {
  userId: string;
  organisationId: string;
  role: string;
}

/** Who works where is no secret; whose patient somebody is, is one. */
export const membershipPolicy = {
  read: (asker: Asker, membership: MembershipFacts, facts: IdentityFacts): boolean =>
    membership.userId === asker.userId ||
    membership.role !== 'patient' ||
    (standingOf(asker) === 'doctor' && membership.organisationId === asker.organisationId) ||
    facts.holds(asker, 'ManageUsers') ||
    facts.delegations.some(
      ({ patientId, delegateId, revoked }) =>
        !revoked && patientId === membership.userId && delegateId === personBehind(asker),
    ),
  change: (asker: Asker, _: MembershipFacts, facts: IdentityFacts): boolean =>
    facts.holds(asker, 'ManageUsers'),
};

/** The account is the person's, whoever's rights they use. */
export const sessionPolicy = {
  read: (asker: Asker, { userId }: { userId: string }, facts: IdentityFacts): boolean =>
    userId === personBehind(asker) || facts.holds(asker, 'ManageUsers'),
  change: (asker: Asker, session: { userId: string }, facts: IdentityFacts): boolean =>
    sessionPolicy.read(asker, session, facts),
};

export const emailAddressPolicy = {
  read: (asker: Asker, { userId }: { userId: string }, facts: IdentityFacts): boolean =>
    (asker.proxyId === undefined && userId === asker.userId) || facts.holds(asker, 'ManageUsers'),
};

/** Both sides, each as themselves, and who looks after children. */
const isSide = (
  asker: Asker,
  { patientId, delegateId }: { patientId: string; delegateId: string | null },
  facts: IdentityFacts,
): boolean =>
  [patientId, delegateId].includes(personBehind(asker)) || facts.holds(asker, 'ManageDelegations');

export const delegationPolicy = { read: isSide, change: isSide };

/** The patient's own business: no proxy, no clinic, no administrator. */
export const consentPolicy = {
  read: (asker: Asker, { patientId }: { patientId: string }): boolean => patientId === personBehind(asker),
};

export const emergencyAccessPolicy = {
  read: (
    asker: Asker,
    { patientId, holderId }: { patientId: string; holderId: string },
    facts: IdentityFacts,
  ): boolean =>
    patientId === asker.userId ||
    (holderId === asker.userId && asker.proxyId === undefined) ||
    facts.holds(asker, 'ReviewEmergencyAccess'),
  /** The holder ends it, somebody else judges it, and the patient, objecting, ends it. */
  change: (
    asker: Asker,
    { patientId, holderId }: { patientId: string; holderId: string },
    facts: IdentityFacts,
  ): boolean =>
    (holderId === asker.userId && asker.proxyId === undefined) ||
    patientId === personBehind(asker) ||
    (holderId !== asker.userId && facts.holds(asker, 'ReviewEmergencyAccess')),
};
