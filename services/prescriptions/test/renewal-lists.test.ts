import { actorSettings } from '@carethread/service-kit/actor-context.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ofPatient, queueOfAll, queueOfDoctor } from '../src/list-renewals/list-renewals.ts';
import { startWorld, type World } from './world.ts';

/** Lists at a size where a wrong plan would be chosen, or show. */
let world: World;
const [patient, doctor] = [person('patient'), person('doctor')];
beforeAll(async () => {
  world = await startWorld();
  await world.sql(
    `WITH source AS (INSERT INTO prescription (id, ticket_id, patient_id, doctor_id, clinic_id, status, version, event_number,
         content_version, created_at)
       SELECT gen_random_uuid(), gen_random_uuid(), $1, $2, gen_random_uuid(), 'draft', 1, 1, 1, now()
       FROM generate_series(1, 12000) RETURNING *)
     INSERT INTO renewal (id, ticket_id, patient_id, doctor_id, clinic_id, source_id, source_hash, medicines, authority_at, state,
       money, requested_at, version, event_number, step_count)
     SELECT gen_random_uuid(), gen_random_uuid(), CASE WHEN n % 10 = 0 THEN $1 ELSE gen_random_uuid() END,
       CASE WHEN n % 10 = 1 THEN $2 ELSE gen_random_uuid() END, clinic_id, id, 'x', '[]', now(),
       CASE WHEN n % 20 < 2 THEN 'awaiting_approval' ELSE 'closed' END, 'free', now(), 1, 1, 1
     FROM (SELECT *, row_number() OVER () AS n FROM source) AS each`,
    [patient.userId, doctor.userId],
  );
  await world.sql('VACUUM ANALYZE renewal');
});
afterAll(() => world.close());

async function plans(actor: Actor | null, statement: string, values: unknown[]): Promise<string[]> {
  const url = world.env[actor ? 'DATABASE_URL' : 'WORKER_DATABASE_URL']!;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN');
    const settings = actorSettings(actor);
    await client.query(settings.text, settings.values);
    const textOf = ({ rows }: { rows: { 'QUERY PLAN': string }[] }) =>
      rows.map((row) => row['QUERY PLAN']).join('\n');
    return [
      textOf(await client.query(`EXPLAIN (ANALYZE, BUFFERS) ${statement}`, values)),
      textOf(await client.query(`EXPLAIN (GENERIC_PLAN) ${statement}`)),
    ];
  } finally {
    await client.end();
  }
}

const first = '00000000-0000-0000-0000-000000000000';
describe('a page of renewals (S-20)', () => {
  it.each<[string, Actor | null, string, unknown[], string]>([
    [
      'of a patient',
      patient,
      ofPatient,
      [patient.userId, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 21],
      'renewal_of_patient',
    ],
    ['of what everybody waits for', null, queueOfAll, [first, 21], 'renewal_queue'],
    [
      'of what a doctor can decide',
      doctor,
      queueOfDoctor,
      [doctor.userId, first, 21],
      'renewal_queue_of_doctor',
    ],
  ])('%s is one index scan', async (_, actor, statement, values, index) => {
    for (const plan of await plans(actor, statement, values)) {
      expect(plan).toMatch(new RegExp(`Index Scan (Backward )?using ${index} `));
      expect(plan).not.toMatch(/Seq Scan|Sort/);
    }
  });
});
