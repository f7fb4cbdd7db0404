import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { newId } from '@carethread/contracts/ids.ts';
import { createTestDatabase, type TestDatabase, testStack } from '@carethread/local-stack/test-stack.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { actingAs } from '../src/actor-context.ts';
import { accessWriter, AuditUnavailable } from '../src/audit/access-writer.ts';
import { chainedColumns, type ChainedRow, chainStart, nextHash } from '../src/audit/chain.ts';
import { RequestAudit } from '../src/audit/request-audit.ts';
import { sealAccesses } from '../src/audit/seal-accesses.ts';
import { type Database, openDatabase } from '../src/database.ts';
import { person } from '../testing/people.ts';
import { countRoundTrips, type RoundTripCounter } from '../testing/round-trips.ts';
import { watchedNotes } from './watched-notes.ts';

let files: TestDatabase;
let counter: RoundTripCounter;
let database: Database;
let superuser: pg.Pool;
const [doctor, patient] = [person('doctor'), person('patient')];

beforeAll(async () => {
  files = await createTestDatabase('identity', watchedNotes);
  counter = await countRoundTrips(files.workerUrl);
  const url = new URL(testStack().adminUrl);
  url.pathname = new URL(files.ownerUrl).pathname;
  superuser = new pg.Pool({ connectionString: url.href, max: 2 });
  superuser.on('error', () => {});
  database = openDatabase({
    appUrl: files.appUrl,
    workerUrl: counter.url,
    poolSize: 2,
    onWake: () => {},
    onError: () => {},
  });
});
afterAll(async () => {
  await database.close();
  await counter.close();
  await superuser.end();
  await files.drop();
});

/** PostgreSQL may still be at it when the process that asked is gone. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await isSo())) if (Date.now() > end) throw new Error('It did not become so.');
}
const sql = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
  (await superuser.query<Row>(text, values)).rows;
const rows = (where = 'true') =>
  sql<ChainedRow>(`SELECT ${chainedColumns} FROM audit.access a WHERE ${where} ORDER BY a.number`);
const auditOf = (requestId: string, writer = accessWriter(database.accesses)) =>
  new RequestAudit(writer, { actor: doctor, requestId, door: 'query' });

describe('what a request shows', () => {
  it('is one row for each patient and kind, with who, why and by which door', async () => {
    const writer = accessWriter(database.accesses);
    const audit = auditOf('r-1', writer);
    const [first, second] = [newId(), newId()];
    audit.show('Note', first, { patientId: patient.userId });
    audit.show('Note', second, { patientId: patient.userId });
    audit.show('Note', first, { patientId: patient.userId });
    audit.show('Note', first, { patientId: doctor.userId });
    audit.refuse('Note', second);
    await audit.written();
    await audit.written();
    await writer.settle();
    const about = {
      userId: doctor.userId,
      membershipId: doctor.membershipId,
      organisationId: doctor.organisationId,
      role: 'doctor',
      action: 'R',
      kind: 'Note',
      door: 'query',
    };
    expect(await rows(`request_id = 'r-1'`)).toMatchObject([
      { ...about, entityIds: [first, second], patientId: patient.userId, purpose: 'TREAT', outcome: 0 },
      { ...about, entityIds: [first], patientId: doctor.userId, purpose: 'PATRQT', outcome: 0 },
      { ...about, entityIds: [second], patientId: null, outcome: 4 },
    ]);
  });

  it('finds the patient of what does not know them', async () => {
    const noteId = newId();
    await sql('INSERT INTO note VALUES ($1, $2, $3)', [noteId, patient.userId, 'text']);
    const patientIn = '(SELECT user_id FROM note WHERE id = given.through)';
    const writer = accessWriter(database.accesses, { patientIn });
    const audit = new RequestAudit(writer, {
      actor: doctor,
      requestId: 'r-2',
      door: 'live',
    });
    audit.show('Page', newId(), { through: noteId });
    await audit.written();
    await writer.settle();
    expect(await rows(`request_id = 'r-2'`)).toMatchObject([{ patientId: patient.userId, door: 'live' }]);
  });

  it('of many requests at once is committed together: some trips for a hundred answers', async () => {
    const writer = accessWriter(database.accesses);
    await Promise.all([database.accesses.query('SELECT 1'), database.accesses.query('SELECT 1')]);
    const answers = () =>
      Promise.all(
        Array.from({ length: 100 }, async (_, n) => {
          const audit = new RequestAudit(writer, { actor: doctor, requestId: `many-${n}`, door: 'query' });
          audit.show('Note', newId(), { patientId: patient.userId });
          await audit.written();
        }),
      ).then(() => writer.settle());
    expect(await counter.during(answers)).toBeLessThanOrEqual(4);
    expect(await rows(`request_id LIKE 'many-%'`)).toHaveLength(100);
  });

  it('is an answer only if it can be written', async () => {
    const closed = new pg.Pool({ connectionString: files.workerUrl.replace(/\/[^/]*$/, '/nowhere') });
    const audit = auditOf('r-3', accessWriter(closed));
    audit.show('Note', newId());
    await expect(audit.written()).rejects.toBeInstanceOf(Error);
    await closed.end();
  });

  it('is written later if the database would not take it, and nothing more is shown before', async () => {
    const writer = accessWriter(database.accesses);
    const show = async (requestId: string) => {
      const audit = auditOf(requestId, writer);
      audit.show('Note', newId());
      await audit.written();
    };
    await sql(`ALTER TABLE audit.access ADD CONSTRAINT full_disk CHECK (kind <> 'Note') NOT VALID`);
    await show('owed');
    await writer.settle();
    await expect(show('refused')).rejects.toBeInstanceOf(AuditUnavailable);
    await sql('ALTER TABLE audit.access DROP CONSTRAINT full_disk');
    // As when the writer tries again by itself at this moment.
    await Promise.all([writer.settle(), writer.settle()]);
    await show('again');
    await writer.settle();
    const written = await rows(`request_id IN ('owed', 'refused', 'again')`);
    expect(written.map(({ requestId }) => requestId)).toEqual(['owed', 'again']);
  });

  it('is on record also when the process is killed the moment the answer may leave', async () => {
    const script = fileURLToPath(new URL('show-and-die.ts', import.meta.url));
    const killed = await new Promise<{ signal?: string } | null>((resolve) =>
      execFile(process.execPath, [script, files.workerUrl, patient.userId], (error) => resolve(error)),
    );
    expect(killed?.signal).toBe('SIGKILL');
    await until(async () => (await rows(`request_id = 'killed'`)).length === 1);
  });
});

describe('a write', () => {
  it('is on record in its own transaction, by whomever', async () => {
    const ids = [newId(), newId()];
    const insert = 'INSERT INTO note SELECT id, $2, $3 FROM unnest($1::uuid[]) AS given (id)';
    await actingAs(
      patient,
      () => database.asActor(patient, async (tx) => tx.query(insert, [ids, patient.userId, 'x'])),
      'w-1',
    );
    await database.asWorker(async (tx) => tx.query(`UPDATE note SET body = 'y' WHERE id = $1`, [ids[0]]));
    const rolledBack = database.asActor(patient, async (tx) => {
      await tx.query(insert, [[newId()], patient.userId, 'x']);
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    const about = { kind: 'Note', patientId: patient.userId, door: 'write' };
    expect(await rows(`door = 'write' AND entity_ids && '{${ids.join()}}'`)).toMatchObject([
      {
        ...about,
        action: 'C',
        userId: patient.userId,
        membershipId: patient.membershipId,
        requestId: 'w-1',
        purpose: 'PATRQT',
        entityIds: ids,
      },
      { ...about, action: 'U', userId: null, requestId: null, purpose: 'HOPERAT', entityIds: [ids[0]] },
    ]);
    // The two above, and what the test itself wrote as the superuser; nothing of what was rolled back.
    expect(await rows(`door = 'write' AND action = 'C'`)).toHaveLength(2);
  });
});

describe('the record', () => {
  const denied = async (work: Promise<unknown>) =>
    await expect(work).rejects.toThrow(/permission denied|row-level security/);

  it('can be added to and not changed: not by the application, the worker or the relay', async () => {
    for (const url of [files.appUrl, files.workerUrl, files.relayUrl]) {
      const pool = new pg.Pool({ connectionString: url, max: 1 });
      for (const table of ['access', 'link', 'seal', 'witness'])
        for (const statement of [
          `UPDATE audit.${table} SET ${table === 'access' ? `kind = 'x'` : 'position = 1'}`,
          `DELETE FROM audit.${table}`,
          `TRUNCATE audit.${table}`,
          `DROP TABLE audit.${table}`,
        ])
          await expect(pool.query(statement)).rejects.toThrow(/permission denied|must be owner/);
      // Nobody says when they did something, or puts a row in another's place.
      await denied(
        pool.query(
          `INSERT INTO audit.access (at, action, kind, entity_ids, purpose, door)
           VALUES ('2020-01-01', 'R', 'Note', '{}', 'TREAT', 'query')`,
        ),
      );
      await pool.end();
    }
  });

  it('is read by the patient it is about, by who reviews accesses, and by nobody else', async () => {
    const count = async (actor: typeof doctor) => {
      const [row] = await database.asActor(actor, (tx) =>
        tx.query<{ n: number }>('SELECT count(*)::int AS n FROM audit.access'),
      );
      return row!.n;
    };
    const [{ n: own, all } = { n: 0, all: 0 }] = await sql<{ n: number; all: number }>(
      'SELECT count(*) FILTER (WHERE patient_id = $1)::int AS n, count(*)::int AS all FROM audit.access',
      [patient.userId],
    );
    expect(own).toBeGreaterThan(0);
    expect(all).toBeGreaterThan(own);
    expect(await count(patient)).toBe(own);
    expect(await count(person('patient'))).toBe(0);
    expect(await count(person('pharmacist'))).toBe(0);
    expect(await count({ ...person('administrator'), permissions: ['ManageUsers'] })).toBe(0);
    expect(await count(person('administrator'))).toBe(all);
  });
});

describe('the chain', () => {
  const seal = () => sealAccesses(database.worker, 'identity');
  const sealAll = async () => {
    while (await seal());
  };
  const chain = () =>
    sql<{ position: string; hash: Buffer } & ChainedRow>(
      `SELECT l.position::text, l.hash, ${chainedColumns} FROM audit.link l JOIN audit.access a USING (number) ORDER BY l.position`,
    );
  const write = (pool: pg.Pool | pg.PoolClient, requestId: string) =>
    pool.query(
      `INSERT INTO audit.access (request_id, action, kind, entity_ids, purpose, door)
       VALUES ($1, 'R', 'Note', '{}', 'TREAT', 'query')`,
      [requestId],
    );

  it('holds every row once, each hash made from the one before and the row', async () => {
    await sealAll();
    const links = await chain();
    expect(links).toHaveLength((await rows()).length);
    let hash = chainStart('identity');
    for (const [at, link] of links.entries()) {
      expect(link.position).toBe(String(at + 1));
      expect(link.hash).toEqual((hash = nextHash(hash, link)));
    }
    const [last] = await sql('SELECT position::int, hash FROM audit.seal ORDER BY number DESC LIMIT 1');
    expect(last).toEqual({ position: links.length, hash });
    expect(await seal()).toBeNull();
  });

  it('takes in a row whose transaction ends after later ones were sealed', async () => {
    const slow = await database.worker.connect();
    await slow.query('BEGIN');
    await write(slow, 'slow');
    await write(database.accesses, 'fast');
    expect(await seal()).toMatchObject({ rows: 1 });
    await slow.query('COMMIT');
    slow.release();
    expect(await seal()).toMatchObject({ rows: 1 });
    const order = (await chain()).slice(-2).map(({ requestId }) => requestId);
    expect(order).toEqual(['fast', 'slow']);
  });

  it('is extended by one at a time, and whole after a failure in between', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => write(database.accesses, `p-${n}`)));
    const sealed = await Promise.all([seal(), seal(), seal()]);
    expect(sealed.filter((each) => each !== null)).toHaveLength(1);
    await write(database.accesses, 'after');
    await sql('ALTER TABLE audit.seal ADD CONSTRAINT broken CHECK (number < 0) NOT VALID');
    await expect(seal()).rejects.toThrow(/broken/);
    await sql('ALTER TABLE audit.seal DROP CONSTRAINT broken');
    expect(await seal()).toMatchObject({ rows: 1 });
    const links = await chain();
    expect(new Set(links.map(({ number }) => number)).size).toBe(links.length);
    expect(links).toHaveLength((await rows()).length);
  });

  it('goes on in a copy of the database whose transaction numbers began anew', async () => {
    await sql(`UPDATE audit.seal SET horizon = '9000000000000000000'::xid8`);
    await write(database.accesses, 'restored');
    expect(await seal()).toMatchObject({ rows: 1 });
    expect((await chain()).at(-1)).toMatchObject({ requestId: 'restored' });
  });

  it('is told to others with what is new about patients, by the hour, and with no more', async () => {
    const [event] = await sql<{ payload: { position: string; accesses: object[] }; sequence: number }>(
      `SELECT payload, sequence FROM bus.outbox WHERE type = 'identity.audit.sealed.v1' ORDER BY id LIMIT 1`,
    );
    expect(event!.sequence).toBe(1);
    expect(event!.payload.accesses).toContainEqual(
      expect.objectContaining({
        patientId: patient.userId,
        userId: doctor.userId,
        action: 'R',
        kind: 'Note',
      }),
    );
    expect(JSON.stringify(event!.payload)).not.toMatch(/"patientId":null|text/);
  });
});
