import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import {
  careRelationPolicy,
  consentPolicy,
  delegationPolicy,
  emailAddressPolicy,
  emergencyAccessPolicy,
  factorPolicy,
  heldSetPolicy,
  type IdentityFacts,
  invitationPolicy,
  membershipPolicy,
  passwordResetPolicy,
  permissionSetPolicy,
  serviceAccountPolicy,
  sessionPolicy,
  signInRulePolicy,
  userPolicy,
} from '@carethread/contracts/policy/person.ts';
import { actorSettings } from '@carethread/service-kit/actor-context.ts';
import { auditOf, crowd, openingsOf } from '@carethread/service-kit/testing/crowd.ts';
import { rollDice } from '@carethread/service-kit/testing/dice.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { policyDatabase, type PolicyDatabase } from '@carethread/service-kit/testing/policy-database.ts';
import { compare, twin, withoutTwin } from '@carethread/service-kit/testing/policy-twin.ts';
import { uncovered, visibleToNobody } from '@carethread/service-kit/testing/row-security.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const dice = rollDice(Number(process.env['POLICY_SEED'] ?? Date.now() % 1_000_000));
const world = crowd(dice);
const now = new Date();
const hour = 3_600_000;

const administrators = [newId<'User'>(), newId<'User'>()];
const operator = newId<'Organisation'>();
const holders = [...new Set(world.emergencies.map(({ holderId }) => holderId))];
const strangers = Array.from({ length: 110 }, () => newId<'User'>());
const users = [
  ...new Set([...world.patients, ...world.doctors, ...holders, ...administrators, ...strangers]),
].map((userId) => ({ userId, isStaff: dice.chance(3) }));
const organisations = [
  ...world.clinics.map((id) => ({ id, kind: 'clinic' })),
  ...world.pharmacies.map((id) => ({ id, kind: 'pharmacy' })),
  { id: operator, kind: 'operator' },
];
const memberships = [
  ...[...world.patients, ...strangers].flatMap((userId) =>
    world.clinics
      .filter(() => dice.chance(2))
      .map((organisationId) => ({ userId, organisationId, role: 'patient' as const })),
  ),
  ...world.doctors.flatMap((userId) =>
    world.clinics.map((organisationId) => ({ userId, organisationId, role: 'doctor' as const })),
  ),
  // The second one's has ended.
  ...administrators.map((userId) => ({ userId, organisationId: operator, role: 'administrator' as const })),
].map((each) => ({ id: newId(), ended: each.userId === administrators[1] || dice.chance(4), ...each }));
const relations = Array.from({ length: 20 }, () => ({
  ticket_id: newId(),
  patient_id: dice.pick(world.patients),
  principal_id: dice.pick([...world.doctors, ...world.pharmacies]),
}));
const delegations = Array.from({ length: 60 }, () => {
  const patientId = dice.pick(world.patients);
  const delegateId = dice.chance(4) ? null : dice.pick([...world.patients, ...world.doctors, ...strangers]);
  return {
    id: newId(),
    patientId,
    delegateId: delegateId === patientId ? null : delegateId,
    revoked: dice.chance(3),
  };
});
const sessions = memberships.map(({ id, userId }) => ({ id: newId(), membershipId: id, userId }));
const consents = world.patients.flatMap((patientId) =>
  [1, 2].map((number) => ({ id: newId(), number, patientId })),
);

/** Rights below an administrator's, each held by somebody somewhere. */
const rights = ['InviteMembers', 'ManagePermissions', 'ManageServiceAccounts'] as const;
const rightsOf = (at: number, role: string) => (role === 'doctor' ? [rights[at % rights.length]!] : []);
const staff = [...world.patients, ...world.doctors];
/** Somebody's, or some place's, one of each kind. */
const accounts = staff.map((userId) => ({
  id: newId(),
  userId,
  organisationId: dice.pick([...world.clinics, ...world.pharmacies]),
}));
const sets = [
  ...accounts.map(({ id, organisationId }) => ({ id, organisationId })),
  { id: newId(), organisationId: null },
];
const audit = auditOf(world);

const actors: Actor[] = [
  ...world.actors,
  ...administrators.map((userId) => person('administrator', { userId, organisationId: operator })),
  // Says so, and is none.
  person('administrator', { userId: world.patients[0]!, organisationId: operator }),
];

let database: PolicyDatabase;
const held = new Map<string, boolean>();
const askedRights = [
  'ManageUsers',
  'ManageOrganisations',
  'ManageDelegations',
  'ReviewEmergencyAccess',
  ...rights,
] as const;
beforeAll(async () => {
  database = await policyDatabase('identity', '.');
  const { fill, fillBare, app } = database;
  await fill(
    'organisations',
    organisations.map((each) => ({
      ...each,
      name: 'x',
      city: 'x',
      time_zone: 'UTC',
      jurisdiction: 'US',
      registered_at: now,
    })),
  );
  await fill(
    'users',
    users.map(({ userId, isStaff }) => ({
      id: userId,
      display_name: 'x',
      is_staff: isStaff,
      registered_at: now,
    })),
  );
  await fill(
    'email_addresses',
    users.map(({ userId }) => ({ user_id: userId, email: userId })),
  );
  // Without the triggers, which would keep what somebody holds to what was granted.
  await fillBare(
    'memberships',
    memberships.map(({ id, userId, organisationId, role, ended }, at) => ({
      id,
      user_id: userId,
      organisation_id: organisationId,
      role,
      extra_permissions: rightsOf(at, role),
      version: 1,
      granted_at: now,
      ended_at: ended ? now : null,
    })),
  );
  await fill(
    'sessions',
    sessions.map(({ id, membershipId, userId }) => ({
      id,
      user_id: userId,
      membership_id: membershipId,
      created_at: now,
      last_used_at: now,
      expires_at: now,
      ends_at: now,
    })),
  );
  await fill('care_relations', relations);
  await fill(
    'delegations',
    delegations.map(({ id, patientId, delegateId, revoked }) => ({
      id,
      patient_id: patientId,
      delegate_id: delegateId,
      relation: 'carer',
      scopes: ['read'],
      given_by: patientId,
      given_at: now,
      code_hash: `\\x${id.replaceAll('-', '')}`,
      code_expires_at: now,
      redeemed_at: delegateId && now,
      ends_at: now,
      revoked_at: revoked ? now : null,
      revoked_by: revoked ? patientId : null,
      version: 1,
    })),
  );
  await fill(
    'consent_decisions',
    consents.map(({ id, number, patientId }) => ({
      consent_id: id,
      number,
      patient_id: patientId,
      kind: 'ai',
      given: true,
      text_version: '1',
      decided_by: patientId,
      decided_at: now,
    })),
  );
  await fill(
    'consent_decisions',
    world.shared.map(({ patientId, organisationId, given }) => ({
      consent_id: newId(),
      number: 1,
      patient_id: patientId,
      kind: 'share_record',
      organisation_id: organisationId,
      given,
      text_version: '1',
      decided_by: patientId,
      decided_at: now,
    })),
  );
  await fill(
    'emergency_accesses',
    world.emergencies.map(({ id, patientId, holderId, state }) => ({
      id,
      patient_id: patientId,
      holder_id: holderId,
      organisation_id: operator,
      reason: 'other',
      text: 'long enough',
      opened_at: new Date(now.getTime() - 3 * hour),
      ends_at: new Date(now.getTime() + (state === 'over' ? -hour : hour)),
      ended_at: state === 'ended' ? now : null,
      version: 1,
    })),
  );
  const bytes = (id: string) => `\\x${id.replaceAll('-', '')}`;
  const own = async (table: string, columns: (each: (typeof accounts)[number]) => object) =>
    fillBare(
      table,
      accounts.map((each) => ({ user_id: each.userId, ...columns(each) })),
    );
  await own('password_credentials', () => ({}));
  await own('totp_factors', () => ({}));
  await own('recovery_codes', ({ id }) => ({ code_hash: bytes(id) }));
  await own('passkeys', ({ id }) => ({ id, credential_id: bytes(id) }));
  await own('challenges', ({ id }) => ({ challenge_hash: bytes(id) }));
  await own('password_resets', ({ id }) => ({ id, token_hash: bytes(id) }));
  await own('refresh_tokens', ({ id }) => ({ token_hash: bytes(id), session_id: id }));
  await own('service_accounts', ({ organisationId }) => ({ organisation_id: organisationId }));
  await fillBare(
    'service_account_keys',
    accounts.map(({ id, userId }) => ({ id, service_account_id: userId })),
  );
  await fillBare(
    'invitations',
    accounts.map(({ id, organisationId }) => ({
      id,
      token_hash: bytes(id),
      organisation_id: organisationId,
    })),
  );
  await database.sql('DELETE FROM permission_sets');
  await fillBare(
    'permission_sets',
    sets.map(({ id, organisationId }) => ({ id, organisation_id: organisationId })),
  );
  await fillBare(
    'membership_permission_sets',
    sets.map(({ id }) => ({ membership_id: id, permission_set_id: id })),
  );
  await fillBare(
    'sign_in_policies',
    accounts.map(({ id, organisationId }) => ({ id, organisation_id: organisationId, role: id })),
  );
  await fillBare('audit.access', audit.rows);
  // What somebody holds is a fact here; who grants what is decided, and tested, elsewhere.
  for (const actor of actors) {
    const { text, values } = actorSettings(actor);
    await app.query('BEGIN');
    await app.query(text, values);
    for (const permission of askedRights) {
      const { rows } = await app.query<{ yes: boolean }>('SELECT access.holds($1) AS yes', [permission]);
      held.set(`${actor.sessionId} ${permission}`, rows[0]!.yes);
    }
    await app.query('ROLLBACK');
  }
});
afterAll(() => database?.drop());

const facts: IdentityFacts = {
  holds: (asker, permission) => held.get(`${(asker as Actor).sessionId} ${permission}`) ?? false,
  isRegistered: (patientId, clinicId) =>
    memberships.some(
      ({ userId, organisationId, role, ended }) =>
        !ended && role === 'patient' && userId === patientId && organisationId === clinicId,
    ),
  sharesTicket: (patientId, principalId) =>
    relations.some(
      ({ patient_id, principal_id }) => patient_id === patientId && principal_id === principalId,
    ),
  delegations: delegations.flatMap(({ delegateId, ...each }) =>
    delegateId ? [{ ...each, delegateId }] : [],
  ),
  isShared: openingsOf(world).isShared,
  emergencyPatient: openingsOf(world).emergencyPatient,
};
const keyed = <Row extends { id: string }>(rows: readonly Row[]) => new Map(rows.map((row) => [row.id, row]));
const twins = [
  twin({
    entity: 'User',
    table: 'users',
    key: 'id::text',
    rows: new Map(users.map((user) => [user.userId as string, user])),
    read: (actor, row) => userPolicy.read(actor, row, facts),
  }),
  twin({
    entity: 'User.email',
    table: 'email_addresses',
    key: 'user_id::text',
    rows: new Map(users.map((user) => [user.userId as string, user])),
    read: (actor, row) => emailAddressPolicy.read(actor, row, facts),
  }),
  twin({
    entity: 'Membership',
    table: 'memberships',
    key: 'id::text',
    rows: keyed(memberships),
    read: (actor, row) => membershipPolicy.read(actor, row, facts),
    change: { column: 'version', allowed: (actor, row) => membershipPolicy.change(actor, row, facts) },
  }),
  twin({
    entity: 'Session',
    table: 'sessions',
    key: 'id::text',
    rows: keyed(sessions),
    read: (actor, row) => sessionPolicy.read(actor, row, facts),
    change: { column: 'last_used_at', allowed: (actor, row) => sessionPolicy.change(actor, row, facts) },
  }),
  twin({
    entity: 'Delegation',
    table: 'delegations',
    key: 'id::text',
    rows: keyed(delegations),
    read: (actor, row) => delegationPolicy.read(actor, row, facts),
    change: { column: 'version', allowed: (actor, row) => delegationPolicy.change(actor, row, facts) },
  }),
  twin({
    entity: 'ConsentDecision',
    table: 'consent_decisions',
    key: 'consent_id::text',
    rows: keyed(consents),
    read: consentPolicy.read,
  }),
  twin({
    entity: 'EmergencyAccess',
    table: 'emergency_accesses',
    key: 'id::text',
    rows: keyed(world.emergencies),
    read: (actor, row) => emergencyAccessPolicy.read(actor, row, facts),
    change: { column: 'version', allowed: (actor, row) => emergencyAccessPolicy.change(actor, row, facts) },
  }),
];

const ownFactor = (table: string, key: string, change?: string) =>
  twin({
    entity: table,
    table,
    key,
    rows: new Map(
      accounts.map((each) => [key === 'user_id::text' ? (each.userId as string) : (each.id as string), each]),
    ),
    read: factorPolicy.read,
    ...(change && { change: { column: change, allowed: factorPolicy.read } }),
  });
const uuidOf = (column: string) => `encode(${column}, 'hex')::uuid::text`;
twins.push(
  // Its columns are written without being read, so an UPDATE that answers which it changed is denied to everybody.
  ownFactor('password_credentials', 'user_id::text'),
  ownFactor('totp_factors', 'user_id::text', 'last_step'),
  ownFactor('recovery_codes', uuidOf('code_hash'), 'used_at'),
  ownFactor('passkeys', 'id::text', 'name'),
  ownFactor('challenges', uuidOf('challenge_hash')),
  ownFactor('refresh_tokens', uuidOf('token_hash'), 'replaced_at'),
  twin({
    entity: 'care relation',
    table: 'care_relations',
    key: 'ticket_id::text',
    rows: new Map(
      relations.map(({ ticket_id, patient_id, principal_id }) => [
        ticket_id as string,
        { patientId: patient_id, principalId: principal_id },
      ]),
    ),
    read: careRelationPolicy.read,
  }),
  twin({
    entity: 'Invitation',
    table: 'invitations',
    key: 'id::text',
    rows: keyed(accounts),
    read: (actor, row) => invitationPolicy.read(actor, row, facts),
    change: { column: 'version', allowed: (actor, row) => invitationPolicy.change(actor, row, facts) },
  }),
  twin({
    entity: 'password reset',
    table: 'password_resets',
    key: 'user_id::text',
    rows: new Map(accounts.map((each) => [each.userId as string, each])),
    read: (actor, row) => passwordResetPolicy.read(actor, row, facts),
  }),
  twin({
    entity: 'PermissionSet',
    table: 'permission_sets',
    key: 'id::text',
    rows: keyed(sets),
    read: (actor, row) => permissionSetPolicy.read(actor, row, facts),
    change: { column: 'version', allowed: (actor, row) => permissionSetPolicy.change(actor, row, facts) },
  }),
  twin({
    entity: 'held permission set',
    table: 'membership_permission_sets',
    key: 'permission_set_id::text',
    rows: keyed(sets),
    read: (actor, row) => heldSetPolicy.read(actor, row, facts),
  }),
  twin({
    entity: 'ServiceAccount',
    table: 'service_accounts',
    key: 'user_id::text',
    rows: new Map(accounts.map((each) => [each.userId as string, each])),
    read: (actor, row) => serviceAccountPolicy.read(actor, row, facts),
    change: { column: 'version', allowed: (actor, row) => serviceAccountPolicy.change(actor, row, facts) },
  }),
  twin({
    entity: 'key of a ServiceAccount',
    table: 'service_account_keys',
    key: 'id::text',
    rows: keyed(accounts),
    read: (actor, row) => serviceAccountPolicy.read(actor, row, facts),
    change: { column: 'retired_at', allowed: (actor, row) => serviceAccountPolicy.change(actor, row, facts) },
  }),
  twin({
    entity: 'SignInPolicy',
    table: 'sign_in_policies',
    key: 'id::text',
    rows: keyed(accounts),
    read: signInRulePolicy.read,
    change: { column: 'version', allowed: (actor, row) => signInRulePolicy.change(actor, row, facts) },
  }),
  audit.twin,
);

describe('who may do what with people', () => {
  it('is the same in the policy and in the database (U-05, U-06)', async () => {
    const { asked, allowed, differences } = await compare(database.app, actors, twins);
    expect({ seed: dice.seed, differences }).toEqual({ seed: dice.seed, differences: [] });
    expect(asked).toBeGreaterThan(100_000);
    expect(allowed).toBeGreaterThan(asked / 50);
  });

  it('is said by a function for every table with policies', async () => {
    const explained = { organisations: 'Places are known to everybody who is signed in.' };
    expect(await withoutTwin(database.sql, twins, explained)).toEqual([]);
  });
});

describe('row security', () => {
  const exceptions = {
    notIndexed: {
      'refresh_tokens.user_id': 'Looked up by the token, or by the session.',
    },
  };
  it('covers every table with personal data (U-05)', async () => {
    expect(await uncovered(database.sql, exceptions)).toEqual([]);
  });

  it('shows the application nothing without an identity', async () => {
    const asApp = async <Row>(text: string) => (await database.app.query(text)).rows as Row[];
    expect(await visibleToNobody(database.sql, asApp, exceptions)).toEqual([]);
  });
});
