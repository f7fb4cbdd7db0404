import { emit } from '@carethread/bus/outbox.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { OrganisationRegistered } from '@carethread/contracts/events/identity.ts';
import { newId, type OrganisationId } from '@carethread/contracts/ids.ts';
import { createTestDatabase, type TestDatabase } from '@carethread/local-stack/test-stack.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabase, type Database } from '../src/database.ts';
import { Refusal, refuse } from '../src/refusal.ts';
import { person } from '../testing/people.ts';
import { noteDatabase } from './note-database.ts';

let files: TestDatabase;
let database: Database;
let wakes = 0;
const actor = person('doctor');
let counter: string;

beforeAll(async () => {
  files = await createTestDatabase('identity', noteDatabase);
  database = openDatabase({
    appUrl: files.appUrl,
    workerUrl: files.workerUrl,
    poolSize: 10,
    onWake: () => (wakes += 1),
    onError: () => {},
  });
});
afterAll(async () => {
  await database.close();
  await files.drop();
});
beforeEach(async () => {
  counter = newId();
  wakes = 0;
  await database.asActor(actor, async (tx) => tx.send('INSERT INTO counter VALUES ($1, 0)', [counter]));
});

const bump = (key: string, input: unknown, refuseAt = Infinity) =>
  database.command({ actor, name: 'bump', key, input }, async (tx) => {
    const [row] = await tx.query<{ version: number }>(
      'SELECT version FROM counter WHERE id = $1 FOR UPDATE',
      [counter],
    );
    if (row!.version >= refuseAt) return refuse('ILLEGAL_MOVE', 'Enough.');
    tx.send('UPDATE counter SET version = version + 1 WHERE id = $1', [counter]);
    return { version: row!.version + 1 };
  });
const version = () =>
  database.asActor(
    actor,
    async (tx) =>
      (await tx.query<{ version: number }>('SELECT version FROM counter WHERE id = $1', [counter]))[0]!
        .version,
  );

describe('command', () => {
  it('answers a repeat with the first result and does nothing again', async () => {
    const key = newId();
    expect(await bump(key, { a: 1, b: 2 })).toEqual({ version: 1 });
    expect(await bump(key, { b: 2, a: 1 })).toEqual({ version: 1 });
    expect(await version()).toBe(1);
  });

  it('refuses the same key with other content', async () => {
    const key = newId();
    await bump(key, { a: 1 });
    const again = await bump(key, { a: 2 });
    expect(again).toBeInstanceOf(Refusal);
    expect((again as Refusal).userErrors[0]).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    expect(await version()).toBe(1);
  });

  it('does it once when the same request comes twenty times at once', async () => {
    const key = newId();
    const answers = await Promise.all(Array.from({ length: 20 }, () => bump(key, {})));
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"version":1}']));
    expect(await version()).toBe(1);
  });

  it('writes nothing on a refusal, and lets the same key try again', async () => {
    const key = newId();
    expect(await bump(key, {}, 0)).toBeInstanceOf(Refusal);
    expect(await version()).toBe(0);
    expect(await bump(key, {})).toEqual({ version: 1 });
  });
});

describe('asActor', () => {
  it('rolls back everything when a later statement fails, and reports that failure', async () => {
    const work = database.asActor(actor, async (tx) => {
      tx.send('UPDATE counter SET version = 7 WHERE id = $1', [counter]);
      tx.send('INSERT INTO counter VALUES ($1, 0)', [counter]);
    });
    await expect(work).rejects.toMatchObject({ code: '23505' });
    expect(await version()).toBe(0);
  });

  it('wakes the relay after a commit that wrote an event, and only then', async () => {
    const organisationId = newId() as OrganisationId;
    const data = { organisationId, kind: 'clinic', timeZone: 'UTC', jurisdiction: 'US' } as const;
    const write = (refused: boolean) =>
      database.asActor(actor, async (tx) => {
        emit(tx, OrganisationRegistered, { aggregateId: organisationId, sequence: 1, data });
        return refused ? refuse('BLOCKED', 'No.') : null;
      });
    await write(true);
    expect(wakes).toBe(0);
    await write(false);
    expect(wakes).toBe(1);
  });
});

describe('who acts', () => {
  const ask = `SELECT access.user_id(), access.person_id(), access.role(), access.proxy_may('write') AS may_write,
    access.proxy_may('collect') AS may_collect`;
  const as = (who: Actor | null) => database.asActor(who, async (tx) => (await tx.query(ask))[0]);
  it('is the person whose rights are used, the person behind them, and what that one may', async () => {
    const proxyId = newId<'User'>();
    const patient = person('patient');
    const { userId: user_id } = patient;
    const own = { user_id, person_id: user_id, role: 'patient', may_write: true, may_collect: true };
    expect(await as(patient)).toEqual(own);
    expect(await as({ ...patient, proxyId, proxyScopes: ['read', 'collect'] })).toEqual({
      ...own,
      person_id: proxyId,
      may_write: false,
    });
    expect(await as({ ...patient, proxyId })).toMatchObject({ may_write: false, may_collect: false });
    expect(await as({ ...actor, emergencyId: newId() })).toMatchObject({ role: 'emergency' });
    expect(await as(null)).toMatchObject({ user_id: null, person_id: null, role: null });
  });
});
