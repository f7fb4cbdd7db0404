import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { actorSettings } from '@carethread/service-kit/actor-context.ts';
import pg from 'pg';
import { newPartnerKey, partners } from './partner.ts';
import { demoActor, demoMembershipId, demoUserId, type Identity, startIdentity } from './identity.ts';

let identity: Identity;
let app: pg.Client;
let worker: pg.Client;
beforeAll(async () => {
  identity = await startIdentity();
  // Every table has rows.
  for (const login of ['patient', 'doctor']) await identity.signIn(login);
  await identity.signIn('nobody');
  const key = newPartnerKey();
  const partner = partners(() => identity);
  const account = await partner.create(key);
  await partner.ask(partner.form(await partner.assertion(account.id, key, { aud: 'carethread' })));
  await identity.sql(
    `SELECT sign_in.begin_outside('\\x00', 'https://issuer.example', 'https://app.example', false, now(), now()),
       sign_in.link_outside('https://issuer.example', 'somebody', $1)`,
    [demoUserId('doctor')],
  );
  await identity.sql(
    `WITH s AS (INSERT INTO permission_sets (id, organisation_id, name, permissions, version)
       SELECT gen_random_uuid(), organisation_id, 'Shift lead', '{}', 1 FROM memberships WHERE id = $1 RETURNING id)
     INSERT INTO membership_permission_sets SELECT $1, id FROM s`,
    [demoMembershipId('doctor')],
  );
  worker = new pg.Client({ connectionString: identity.env['WORKER_DATABASE_URL'] });
  app = new pg.Client({ connectionString: identity.env['DATABASE_URL'] });
  await Promise.all([app.connect(), worker.connect()]);
  await worker.query('INSERT INTO care_relations VALUES (gen_random_uuid(), $1, $2)', [
    demoUserId('patient'),
    demoUserId('doctor'),
  ]);
  const values = [demoUserId('doctor'), demoMembershipId('admin')];
  for (const row of [
    `totp_factors SELECT $1, '\\x00', now(), now(), 1`,
    `recovery_codes SELECT $1, '\\x00'`,
    `passkeys SELECT gen_random_uuid(), $1, '\\x00', '\\x00', 0, '{}', false, 'x', 1, now()`,
    `challenges SELECT '\\x00', 'sign_in', $1, NULL, false, now()`,
    `sign_in_policies SELECT gen_random_uuid(), NULL, 'patient', false, NULL, NULL, 1`,
    `invitations SELECT gen_random_uuid(), '\\x00', 'x', organisation_id, 'administrator', NULL, '{}', id, 1, now(),
       now() FROM memberships WHERE id = $2`,
    `password_resets SELECT gen_random_uuid(), '\\x00', $1, $1, false, now()`,
  ])
    await identity.sql(`WITH given AS (SELECT $1::uuid, $2::uuid) INSERT INTO ${row}`, values);
  const patient = `'${demoUserId('patient')}'`;
  const doctor = `'${demoUserId('doctor')}'`;
  await identity.sql(
    `INSERT INTO delegations (id, patient_id, relation, scopes, given_by, given_at, code_hash, code_expires_at, ends_at)
       VALUES (gen_random_uuid(), ${patient}, 'carer', '{read}', ${patient}, now(), 'x', now(), now());
     INSERT INTO consent_decisions VALUES (gen_random_uuid(), 1, ${patient}, 'ai', NULL, true, '1', ${patient}, now());
     INSERT INTO emergency_accesses (id, patient_id, holder_id, organisation_id, reason, text, opened_at, ends_at)
       SELECT gen_random_uuid(), ${patient}, ${doctor}, id, 'other', 'long enough', now(), now() + interval '1 hour'
       FROM organisations LIMIT 1`,
  );
});
afterAll(async () => {
  await Promise.all([app.end(), worker.end()]);
  await identity.close();
});

/** One statement as the application's role on behalf of this person; rolled back. Answers the rows, or the SQLSTATE. */
async function as(actor: Actor | null, text: string, values: unknown[] = []) {
  await app.query('BEGIN');
  try {
    const settings = actorSettings(actor);
    await app.query(settings.text, settings.values);
    const { rows, rowCount } = await app.query(text, values);
    return rows.length > 0 ? rows : (rowCount ?? 0);
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    await app.query('ROLLBACK');
  }
}
const denied = '42501';
/** Rows of one statement as the worker's role; none when it is denied. */
const asWorker = (text: string) =>
  worker.query(text).then(
    ({ rows }) => rows,
    () => [],
  );

const tables = [
  'organisations',
  'users',
  'email_addresses',
  'password_credentials',
  'memberships',
  'sessions',
  'refresh_tokens',
  'sign_in_attempts',
  'signing_keys',
  'care_relations',
  'totp_factors',
  'recovery_codes',
  'passkeys',
  'challenges',
  'sign_in_policies',
  'invitations',
  'password_resets',
  'service_accounts',
  'service_account_keys',
  'used_assertions',
  'delegations',
  'consent_decisions',
  'emergency_accesses',
  'outside_accounts',
  'outside_attempts',
  'permission_sets',
  'membership_permission_sets',
];

describe('row security', () => {
  it('is forced on every table of ours', async () => {
    const rows = await identity.sql<{ relname: string; safe: boolean }>(
      `SELECT relname, relrowsecurity AND relforcerowsecurity AS safe FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
         AND relname <> '_prisma_migrations' ORDER BY relname`,
    );
    expect(rows).toEqual(tables.toSorted().map((relname) => ({ relname, safe: true })));
  });

  it.each(tables)('shows nothing of %s without a person', async (table) => {
    expect(await identity.sql(`SELECT FROM ${table}`)).not.toHaveLength(0);
    expect([0, denied]).toContain(await as(null, `SELECT 1 FROM ${table}`));
  });

  it.each([
    `INSERT INTO organisations VALUES (gen_random_uuid(), 'clinic', 'x', 'x', 'UTC', 'US')`,
    `INSERT INTO users (id, display_name) VALUES (gen_random_uuid(), 'x')`,
    `INSERT INTO email_addresses VALUES ('${demoUserId('patient')}', 'x@demo.example')`,
    `INSERT INTO password_credentials VALUES ('${demoUserId('doctor')}', '$argon2id$')`,
    `INSERT INTO memberships (id, user_id, organisation_id, role, granted_at)
       SELECT gen_random_uuid(), '${demoUserId('patient')}', id, 'administrator', now() FROM organisations LIMIT 1`,
    `UPDATE memberships SET extra_permissions = '{ManageUsers}' WHERE id = '${demoMembershipId('patient')}'`,
    `UPDATE memberships SET role = 'administrator' WHERE id = '${demoMembershipId('patient')}'`,
    `UPDATE users SET is_staff = true`,
    `UPDATE users SET display_name = 'x'`,
    `DELETE FROM users`,
    `SELECT password_hash FROM password_credentials`,
    `UPDATE password_credentials SET password_hash = '$argon2id$' WHERE user_id = '${demoUserId('doctor')}'`,
    `UPDATE totp_factors SET last_step = 0 WHERE user_id = '${demoUserId('doctor')}'`,
    `DELETE FROM passkeys WHERE user_id = '${demoUserId('doctor')}'`,
    `DELETE FROM recovery_codes WHERE user_id = '${demoUserId('doctor')}'`,
    `INSERT INTO sign_in_policies VALUES (gen_random_uuid(), NULL, 'doctor', false, NULL, NULL, 1)`,
    `UPDATE sign_in_policies SET mfa_required = false`,
    `UPDATE invitations SET revoked_at = NULL`,
    `DELETE FROM password_resets`,
    `SELECT token_hash FROM invitations`,
    `SELECT FROM signing_keys`,
    `INSERT INTO care_relations VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid())`,
    `SELECT set_config('role', 'identity_owner', true)`,
  ])('does not let somebody without permissions: %s', async (statement) => {
    expect([0, denied]).toContain(await as(demoActor('patient'), statement));
  });

  it('keeps sessions and their tokens to the person', async () => {
    const doctor = demoActor('doctor');
    const mine = [{ user_id: doctor.userId }];
    expect(await as(doctor, 'SELECT DISTINCT user_id FROM sessions')).toEqual(mine);
    expect(await as(doctor, 'SELECT DISTINCT user_id FROM refresh_tokens')).toEqual(mine);
    const theirs = 'WHERE user_id = $1';
    const patient = [demoUserId('patient')];
    expect(await as(doctor, `UPDATE sessions SET revoked_at = now() ${theirs}`, patient)).toBe(0);
    expect(await as(doctor, `DELETE FROM refresh_tokens ${theirs}`, patient)).toBe(0);
    expect(await as(doctor, 'UPDATE sessions SET membership_id = $1', [demoMembershipId('patient')])).toBe(
      '23503',
    );
  });

  it('tells nobody but its doctors who is a patient of a clinic', async () => {
    await identity.sql(
      `UPDATE memberships SET organisation_id = (SELECT organisation_id FROM memberships WHERE id = $1) WHERE id = $2`,
      [demoMembershipId('patient'), demoMembershipId('patient2')],
    );
    const patients = `SELECT user_id FROM memberships WHERE role = 'patient'`;
    expect(await as(demoActor('patient'), patients)).toEqual([{ user_id: demoUserId('patient') }]);
    expect(await as({ ...demoActor('doctor'), role: 'administrator' }, patients)).toBe(0);
    expect(await as(demoActor('doctor'), patients)).toHaveLength(2);
  });

  it('does not read password hashes for an administrator either', async () => {
    expect(await as(demoActor('admin'), 'SELECT password_hash FROM password_credentials')).toBe(denied);
    expect(await as(demoActor('admin'), 'SELECT account FROM sign_in_attempts')).toBe(denied);
  });

  it('goes by what the person holds now, not by what they say', async () => {
    const pretender: Actor = { ...demoActor('admin'), userId: demoUserId('patient') };
    expect(await as(pretender, `SELECT access.holds('ManageUsers')`)).toEqual([{ holds: false }]);
    expect(await as(demoActor('admin'), `SELECT access.holds('ManageUsers')`)).toEqual([{ holds: true }]);
    await identity.sql('UPDATE memberships SET ended_at = now() WHERE id = $1', [demoMembershipId('admin')]);
    expect(await as(demoActor('admin'), `SELECT access.holds('ManageUsers')`)).toEqual([{ holds: false }]);
    await identity.sql('UPDATE memberships SET ended_at = NULL WHERE id = $1', [demoMembershipId('admin')]);
  });

  it('leaves the worker what its events need', async () => {
    const readable = [];
    for (const table of tables) if ((await asWorker(`SELECT FROM ${table}`)).length > 0) readable.push(table);
    expect(readable).toEqual(['signing_keys', 'care_relations']);
  });
});

describe('before sign-in', () => {
  it('what answers one question each can be called, and no others run with the owner’s rights', async () => {
    const rows = await identity.sql<{ name: string }>(
      `SELECT p.oid::regproc::text AS name FROM pg_proc p
       WHERE prosecdef AND pronamespace <> 'pg_catalog'::regnamespace
         AND has_function_privilege('identity_app', p.oid, 'EXECUTE') ORDER BY 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual([
      'access.consents',
      'access.effective_permissions',
      'access.holds',
      'access.is_patient',
      'access.is_program',
      'access.knows_delegate',
      'access.redeem_delegation',
      'access.shares_record',
      'sign_in.accept_invitation',
      'sign_in.admit_outside',
      'sign_in.ask',
      'sign_in.attempt',
      'sign_in.begin_outside',
      'sign_in.challenged',
      'sign_in.code_attempt',
      'sign_in.end_outside',
      'sign_in.forget_attempts',
      'sign_in.forget_code_attempts',
      'sign_in.grant_outside',
      'sign_in.holder_of',
      'sign_in.invitation',
      'sign_in.link_outside',
      'sign_in.outside_person',
      'sign_in.outside_sessions',
      'sign_in.passkey',
      'sign_in.service_account',
      'sign_in.take',
      'sign_in.take_outside',
      'sign_in.use_assertion',
      'sign_in.use_reset',
    ]);
  });

  it('they cannot be made to look at something else', async () => {
    const functions = await identity.sql<{ proconfig: string[] }>(
      `SELECT proconfig FROM pg_proc WHERE prosecdef AND pronamespace IN ('access'::regnamespace, 'sign_in'::regnamespace)`,
    );
    for (const { proconfig } of functions) expect(proconfig).toEqual(['search_path=""']);
  });

  it('no hash is given out uncounted', async () => {
    const attempt = `SELECT blocked_until, password_hash FROM sign_in.attempt('patient2@demo.example')`;
    for (let time = 0; time < 10; time += 1)
      expect((await app.query(attempt)).rows[0]).toMatchObject({
        blocked_until: null,
        password_hash: expect.any(String),
      });
    expect((await app.query(attempt)).rows[0]).toMatchObject({
      blocked_until: expect.any(Date),
      password_hash: null,
    });
  });
});
