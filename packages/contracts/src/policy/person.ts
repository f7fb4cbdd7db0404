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

/** Twin of `access.manages()`: administrators everywhere, others in the place they act for. */
const manages = (
  asker: Asker,
  permission: string,
  organisationId: string | null,
  facts: IdentityFacts,
): boolean =>
  facts.holds(asker, permission) &&
  (standingOf(asker) === 'administrator' || organisationId === asker.organisationId);

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
  /** Who permits may also change staff of the same place: what that is, the service decides. */
  change: (asker: Asker, membership: MembershipFacts, facts: IdentityFacts): boolean =>
    facts.holds(asker, 'ManageUsers') ||
    (membership.role !== 'patient' && manages(asker, 'ManagePermissions', membership.organisationId, facts)),
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

/** What proves who somebody is: the person's own, never a proxy's to see. */
export const factorPolicy = {
  read: (asker: Asker, { userId }: { userId: string }): boolean => userId === personBehind(asker),
};

/** Who has to do with whom: both sides. */
export const careRelationPolicy = {
  read: (asker: Asker, { patientId, principalId }: { patientId: string; principalId: string }): boolean =>
    patientId === asker.userId || principalId === principalOf(asker),
};

const invites = (
  asker: Asker,
  { organisationId }: { organisationId: string },
  facts: IdentityFacts,
): boolean =>
  facts.holds(asker, 'ManageUsers') ||
  (organisationId === asker.organisationId && facts.holds(asker, 'InviteMembers'));

export const invitationPolicy = { read: invites, change: invites };

export const passwordResetPolicy = {
  read: (asker: Asker, _: object, facts: IdentityFacts): boolean => facts.holds(asker, 'ManageUsers'),
};

/** A set of a role has no organisation: those who manage permissions see it, administrators change it. */
export const permissionSetPolicy = {
  read: (
    asker: Asker,
    { organisationId }: { organisationId: string | null },
    facts: IdentityFacts,
  ): boolean =>
    manages(asker, 'ManagePermissions', organisationId, facts) ||
    (organisationId === null && facts.holds(asker, 'ManagePermissions')),
  change: (
    asker: Asker,
    { organisationId }: { organisationId: string | null },
    facts: IdentityFacts,
  ): boolean => manages(asker, 'ManagePermissions', organisationId, facts),
};

/** Which membership has which set of an organisation. */
export const heldSetPolicy = {
  read: (asker: Asker, set: { organisationId: string | null }, facts: IdentityFacts): boolean =>
    set.organisationId !== null && permissionSetPolicy.read(asker, set, facts),
};

const managesPrograms = (
  asker: Asker,
  { organisationId }: { organisationId: string },
  facts: IdentityFacts,
): boolean => manages(asker, 'ManageServiceAccounts', organisationId, facts);

/** A program and its keys. */
export const serviceAccountPolicy = { read: managesPrograms, change: managesPrograms };

/** How one signs in is known to everybody; it is set for all at once. */
export const signInRulePolicy = {
  read: (): boolean => true,
  change: (asker: Asker, _: object, facts: IdentityFacts): boolean =>
    facts.holds(asker, 'ManageOrganisations'),
};
