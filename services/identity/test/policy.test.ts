import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import {
  consentPolicy,
  delegationPolicy,
  emailAddressPolicy,
  emergencyAccessPolicy,
  type IdentityFacts,
  membershipPolicy,
  sessionPolicy,
  userPolicy,
} from '@carethread/contracts/policy/person.ts';
import { actorSettings } from '@carethread/service-kit/actor-context.ts';
import { crowd, openingsOf } from '@carethread/service-kit/testing/crowd.ts';
import { rollDice } from '@carethread/service-kit/testing/dice.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { policyDatabase, type PolicyDatabase } from '@carethread/service-kit/testing/policy-database.ts';
import { compare, twin } from '@carethread/service-kit/testing/policy-twin.ts';
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

const actors: Actor[] = [
  ...world.actors,
  ...administrators.map((userId) => person('administrator', { userId, organisationId: operator })),
  // Says so, and is none.
  person('administrator', { userId: world.patients[0]!, organisationId: operator }),
];

let database: PolicyDatabase;
const held = new Map<string, boolean>();
beforeAll(async () => {
  database = await policyDatabase('identity', '.');
  const { fill, app } = database;
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
  await fill(
    'memberships',
    memberships.map(({ id, userId, organisationId, role, ended }) => ({
      id,
      user_id: userId,
      organisation_id: organisationId,
      role,
      extra_permissions: [],
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
  // What somebody holds is a fact here; who grants what is decided, and tested, elsewhere.
  for (const actor of actors) {
    const { text, values } = actorSettings(actor);
    await app.query('BEGIN');
    await app.query(text, values);
    for (const permission of ['ManageUsers', 'ManageDelegations', 'ReviewEmergencyAccess']) {
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

describe('who may do what with people', () => {
  it('is the same in the policy and in the database (U-05, U-06)', async () => {
    const { asked, allowed, differences } = await compare(database.app, actors, twins);
    expect({ seed: dice.seed, differences }).toEqual({ seed: dice.seed, differences: [] });
    expect(asked).toBeGreaterThan(100_000);
    expect(allowed).toBeGreaterThan(asked / 50);
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
