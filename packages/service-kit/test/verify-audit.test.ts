import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase, testStack } from '@carethread/local-stack/test-stack.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { exportAudit } from '../src/audit/export-audit.ts';
import { sealAccesses } from '../src/audit/seal-accesses.ts';
import { watchedNotes } from './watched-notes.ts';

const checker = fileURLToPath(new URL('../../../scripts/check-audit.mjs', import.meta.url));
let folder: string;
let files: TestDatabase;
/** The one connection of the superuser: the only one who can do to an audit what is done here. */
let pool: pg.Pool;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'carethread-audit-'));
  files = await createTestDatabase('tickets', watchedNotes);
  const url = new URL(testStack().adminUrl);
  url.pathname = new URL(files.ownerUrl).pathname;
  pool = new pg.Pool({ connectionString: url.href, max: 1, pipeline: true });
  pool.on('error', () => {});
  for (const seal of [1, 2, 3]) await readAndSeal(seal);
});
afterAll(async () => {
  await pool.end();
  await files.drop();
  await rm(folder, { recursive: true, force: true });
});
// Whatever a test does to the audit, it does in a transaction that ends with the test.
beforeEach(() => pool.query('BEGIN'));
afterEach(() => pool.query('ROLLBACK'));

/** Four accesses and a seal. */
async function readAndSeal(seal: number): Promise<void> {
  for (const n of [1, 2, 3, 4])
    await pool.query(
      `INSERT INTO audit.access (request_id, action, kind, entity_ids, purpose, door)
       VALUES ($1, 'R', 'Note', '{}', 'TREAT', 'query')`,
      [`request ${seal}.${n}`],
    );
  await sealAccesses(pool, 'tickets');
}

const tamper = (text: string) => pool.query(text);

async function exported(service = 'tickets'): Promise<string> {
  const file = join(folder, `${service}.ndjson`);
  const client = await pool.connect();
  const lines: string[] = [];
  try {
    for await (const line of exportAudit(client, service)) lines.push(line);
  } finally {
    client.release();
  }
  await writeFile(file, lines.join(''));
  return file;
}

/** What the checker says of these exports, and its exit code. */
const check = (...exports: string[]) =>
  new Promise<{ said: string; code: number }>((resolve) => {
    execFile(process.execPath, [checker, ...exports], (error, stdout) =>
      resolve({ said: stdout.trim(), code: (error?.code as number | undefined) ?? 0 }),
    );
  });
const verdict = async () => check(await exported());

/** An export of messaging that was told of a seal of tickets. */
async function witnessOf(seal: { number: number; position: string; hash: string }): Promise<string> {
  const file = join(folder, 'messaging.ndjson');
  const told = { witness: 'tickets', seal: seal.number, position: Number(seal.position), hash: seal.hash };
  const header = { format: 'carethread audit', version: 1, service: 'messaging' };
  await writeFile(file, `${JSON.stringify(header)}\n${JSON.stringify(told)}\n`);
  return file;
}
const lastSeal = async () =>
  (
    await pool.query(
      `SELECT number, position, encode(hash, 'hex') AS hash FROM audit.seal ORDER BY number DESC LIMIT 1`,
    )
  ).rows[0] as { number: number; position: string; hash: string };

describe('the checker of an exported audit', () => {
  it('finds what nobody touched whole, and what is not sealed yet no fault', async () => {
    await pool.query(
      `INSERT INTO audit.access (action, kind, entity_ids, purpose, door) VALUES ('R', 'Note', '{}', 'TREAT', 'query')`,
    );
    expect(await verdict()).toEqual({
      said: 'tickets: whole (12 rows, 3 seals, 0 witnesses, 1 rows not sealed yet)',
      code: 0,
    });
  });

  it.each([
    [
      'a changed row',
      `UPDATE audit.access SET patient_id = gen_random_uuid() WHERE number = 6`,
      'row 6, at position 6, was changed',
    ],
    [
      'another time',
      `UPDATE audit.access SET at = at - interval '1 day' WHERE number = 2`,
      'row 2, at position 2, was changed',
    ],
    ['a deleted row', 'DELETE FROM audit.access WHERE number = 7', 'row 7, at position 7, is missing'],
    [
      'a row deleted with its link',
      'WITH gone AS (DELETE FROM audit.link WHERE number = 7) DELETE FROM audit.access WHERE number = 7',
      'position 7 is missing: the chain has no row there',
    ],
    [
      'two rows that changed contents',
      `UPDATE audit.access a SET request_id = b.request_id, at = b.at FROM audit.access b
         WHERE (a.number, b.number) IN ((3, 9), (9, 3))`,
      'rows 3 and 9, at positions 3 and 9, changed places',
    ],
    [
      'two links that changed places',
      `UPDATE audit.link SET position = 100 WHERE position = 3; UPDATE audit.link SET position = 3 WHERE position = 9;
       UPDATE audit.link SET position = 9 WHERE position = 100`,
      'rows 9 and 3, at positions 3 and 9, changed places',
    ],
    [
      'a row put in afterwards',
      `INSERT INTO audit.access (at, action, kind, entity_ids, purpose, door)
         VALUES (now() - interval '1 hour', 'R', 'Note', '{}', 'TREAT', 'query')`,
      /row \d+ of .* was inserted/,
    ],
    [
      'the end cut off',
      'WITH gone AS (DELETE FROM audit.link WHERE position > 10) DELETE FROM audit.access WHERE number > 10',
      'positions 11 to 12 are missing at the end: seal 3 says they were there',
    ],
    ['a seal taken away', 'DELETE FROM audit.seal WHERE number = 2', 'seal 2 is missing'],
  ])('names %s', async (_, statement, problem) => {
    await tamper(statement);
    const { said, code } = await verdict();
    expect(said).toMatch(typeof problem === 'string' ? `tickets: ${problem} (` : problem);
    expect(code).toBe(1);
  });

  it('names the first of several', async () => {
    await tamper(`UPDATE audit.access SET kind = 'x' WHERE number IN (5, 8, 11)`);
    expect((await verdict()).said).toContain('row 5, at position 5, was changed');
  });

  it('notices by what others were told when the end was cut off with its seals, or the chain made anew', async () => {
    const told = await witnessOf(await lastSeal());
    expect((await check(await exported(), told)).code).toBe(0);
    await tamper(`DELETE FROM audit.seal WHERE number = 3`);
    await tamper('DELETE FROM audit.link WHERE position > 8');
    await tamper('DELETE FROM audit.access WHERE number > 8');
    expect(await verdict()).toMatchObject({ code: 0 });
    const cut = await check(await exported(), told);
    expect(cut.said).toContain(
      'positions 9 to 12 are missing at the end: messaging was told of them (seal 3)',
    );
    expect(cut.code).toBe(1);

    await tamper(`UPDATE audit.access SET kind = 'Forged' WHERE number = 1`);
    await tamper('TRUNCATE audit.link, audit.seal, bus.outbox');
    await pool.query('COMMIT');
    await sealAccesses(pool, 'tickets');
    await readAndSeal(2);
    await pool.query('BEGIN');
    expect(await verdict()).toMatchObject({ code: 0 });
    const forged = await check(await exported(), told);
    expect(forged.said).toContain(
      'the chain up to position 12 is not the one that messaging was told of (seal 3)',
    );
  });
});
