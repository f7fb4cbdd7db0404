import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestService } from '@carethread/service-kit/testing/test-service.ts';
import { demoActor, demoPassword, startEmpty } from './identity.ts';

let identity: TestService;
beforeAll(async () => {
  identity = await startEmpty();
});
afterAll(() => identity.close());

const command = resolve(import.meta.dirname, '../src/seed-cli.ts');
function seed(args: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    encoding: 'utf8',
    env: { ...process.env, OWNER_DATABASE_URL: identity.loginUrl('owner'), ...env },
  });
  return { status, said: (stdout + stderr).trim() };
}
const count = async (table: string) =>
  (await identity.sql<{ count: number }>(`SELECT count(*)::int FROM ${table}`))[0]!.count;
// In one statement: events move from one table to the other meanwhile. The audit seals by the clock.
const eventCount = () =>
  count(`(SELECT type FROM bus.outbox UNION ALL SELECT type FROM bus.event_log) AS event
    WHERE type <> 'identity.audit.sealed.v1'`);

describe('the demonstration', () => {
  it('is written once, with its events', async () => {
    expect(seed()).toEqual({ status: 0, said: 'added 7 people to the demonstration' });
    expect(seed()).toEqual({ status: 0, said: 'the demonstration is complete' });
    expect([await count('users'), await count('organisations'), await eventCount()]).toEqual([7, 5, 12]);
  });

  it('grows to as many pharmacies as wanted, each with a pharmacist', async () => {
    expect(seed(['--pharmacies', '5'])).toEqual({ status: 0, said: 'added 3 people to the demonstration' });
    const pharmacies = await identity.sql(
      `SELECT count(*)::int FROM memberships JOIN organisations o ON o.id = organisation_id WHERE o.kind = 'pharmacy'`,
    );
    expect(pharmacies).toEqual([{ count: 5 }]);
    expect(await eventCount()).toBe(18);
  });

  it.each(['patient', 'patient2', 'doctor', 'doctor2', 'pharmacist', 'pharmacist2', 'admin'])(
    'lets %s sign in',
    async (login) => {
      const { data } = await identity.ask(
        null,
        `mutation ($email: String!, $password: String!) { signIn(input: { email: $email, password: $password }) {
           session { user { id } membership { role } } } }`,
        { email: `${login}@demo.example`, password: demoPassword },
      );
      const { userId, role } = demoActor(login);
      expect(data.signIn.session).toEqual({
        user: { id: userId },
        membership: { role: role.toUpperCase() },
      });
    },
  );

  it('is not made in production, nor without knowing where', () => {
    expect(seed([], { NODE_ENV: 'production' })).toMatchObject({ status: 2 });
    expect(seed([], { OWNER_DATABASE_URL: '' })).toMatchObject({
      status: 2,
      said: expect.stringContaining('OWNER_DATABASE_URL'),
    });
    expect(seed(['--pharmacies', 'many'])).toMatchObject({ status: 2 });
  });
});
