import { newId } from '@carethread/contracts/ids.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.close());

/** Accesses from here on. */
let since = 0;
const newest = async () => {
  await world.tickets.drain();
  const [row] = await world.tickets.sql<{ n: number }>(
    'SELECT coalesce(max(number), 0)::int AS n FROM audit.access',
  );
  return row!.n;
};
beforeEach(async () => void (since = await newest()));
const onRecord = async () => {
  await world.tickets.drain();
  return world.tickets.sql(
    `SELECT action, kind, entity_ids AS ids, patient_id AS patient, user_id AS reader, role, purpose, door, outcome
     FROM audit.access WHERE number > $1 ORDER BY number`,
    [since],
  );
};
const begin = async () => void (since = await newest());
const read = (actor: Actor, ids: string[], patient: string | null, kind = 'Ticket') => ({
  action: 'R',
  kind,
  ids,
  patient,
  reader: actor.userId,
  role: actor.role,
  purpose: patient === actor.userId ? 'PATRQT' : 'TREAT',
  door: 'query',
  outcome: 0,
});

describe('what an answer shows is on record (U-07)', () => {
  it('a ticket by its id, and what happened to it, by itself as well', async () => {
    const { doctor, patient } = world;
    const { id } = await world.open();
    await begin();
    await world.tickets.query(doctor, `{ ticket(id: "${id}") { timeline { edges { node { number } } } } }`);
    await world.tickets.query(
      doctor,
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on TimelineEntry { number } } }',
      { r: [{ __typename: 'TimelineEntry', id: `${id}:1` }] },
    );
    expect(await onRecord()).toEqual([
      read(doctor, [id], patient.userId),
      read(doctor, [id], patient.userId, 'TimelineEntry'),
      read(doctor, [id], patient.userId, 'TimelineEntry'),
    ]);
  });

  it('of a list what is in it, one row for each patient', async () => {
    const { doctor, patient, otherPatient } = world;
    const tickets = [
      await world.open(),
      await world.open({ patientId: otherPatient.userId }),
      await world.open(),
    ];
    await begin();
    await world.tickets.query(doctor, '{ myTickets(first: 3) { edges { node { number } } } }');
    const [third, second, first] = tickets.map(({ id }) => id).reverse();
    expect(await onRecord()).toEqual([
      read(doctor, [third!, first!], patient.userId),
      read(doctor, [second!], otherPatient.userId),
    ]);
    await begin();
    await world.tickets.query(patient, `{ ticket(id: "${first}") { number } }`);
    expect(await onRecord()).toEqual([read(patient, [first!], patient.userId)]);
  });

  it('of what was asked for and is not theirs, that it was asked for', async () => {
    const { id } = await world.open();
    const nothing = newId();
    await begin();
    for (const each of [id, nothing])
      await world.tickets.query(world.otherDoctor, `{ ticket(id: "${each}") { number } }`);
    expect(await onRecord()).toEqual(
      [id, nothing].map((each) => ({
        ...read(world.otherDoctor, [each], null),
        outcome: 4,
      })),
    );
  });

  it('a write with its transaction, and what its answer shows', async () => {
    const { doctor, patient } = world;
    await begin();
    const { id } = await world.open();
    const written = { ...read(doctor, [id], patient.userId), action: 'C', door: 'write' };
    expect(await onRecord()).toEqual([written, read(doctor, [id], patient.userId)]);
  });

  it('nothing of what shows nothing', async () => {
    await world.tickets.query(world.patient, '{ myTickets { pageInfo { hasNextPage } } }');
    await world.tickets.query(world.otherDoctor, '{ myTickets { edges { node { id } } } }');
    expect(await onRecord()).toEqual([]);
  });

  it('or there is no answer: what was shown is written before anything else is', async () => {
    const { id } = await world.open();
    const see = () => world.tickets.ask(world.patient, `{ ticket(id: "${id}") { number } }`);
    await begin();
    await world.tickets.sql(
      `ALTER TABLE audit.access ADD CONSTRAINT full_disk CHECK (action <> 'R') NOT VALID`,
    );
    await see();
    await world.tickets.drain();
    const refused = await see();
    expect(JSON.stringify(refused)).not.toContain('TKT-');
    expect(refused.errors?.[0]?.extensions?.code).toBe('INTERNAL_ERROR');
    await world.tickets.sql('ALTER TABLE audit.access DROP CONSTRAINT full_disk');
    expect(await onRecord()).toEqual([read(world.patient, [id], world.patient.userId)]);
    expect(JSON.stringify(await see())).toContain('TKT-');
  });
});

describe('while the database is too busy', () => {
  it('everybody is told so, and asks again', async () => {
    const { doctor } = world;
    const { id } = await world.open();
    const see = () => world.tickets.ask(doctor, `{ ticket(id: "${id}") { number } }`);
    const busy = world.tickets.sql(
      `DO $$ BEGIN LOCK TABLE ticket IN ACCESS EXCLUSIVE MODE; PERFORM pg_sleep(8); END $$`,
    );
    const answers = await Promise.all(Array.from({ length: 80 }, see));
    await busy;
    const codes = answers.flatMap(({ errors }) => errors?.map(({ extensions }) => extensions?.code) ?? []);
    expect(new Set(codes)).toEqual(new Set(['UNAVAILABLE']));
    expect((await see()).errors).toBeUndefined();
  });
});
