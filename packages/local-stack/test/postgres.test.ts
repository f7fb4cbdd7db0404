import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { exists } from '../src/background-process.ts';
import { freePorts } from '../src/free-port.ts';
import { keepRunning } from '../src/keep-running.ts';
import { startPostgres, type Postgres } from '../src/postgres.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('PostgreSQL on a data folder', () => {
  const dataDir = temporaryFolder();
  let port: number;
  let postgres: Postgres;
  beforeAll(async () => {
    [port] = (await freePorts(1)) as [number];
    postgres = await startPostgres({ dataDir, port });
    await query(postgres.adminUrl, 'CREATE TABLE kept AS SELECT 1 AS one');
  });

  afterAll(() => postgres.stop());

  it('syncs what it commits, and listens to this machine only', async () => {
    const settings = `SELECT current_setting('fsync') AS fsync, current_setting('listen_addresses') AS listens,
      current_setting('max_connections') AS connections`;
    expect(await query(postgres.adminUrl, settings)).toEqual([
      { fsync: 'on', listens: '127.0.0.1', connections: '300' },
    ]);
  });

  it('asks for a password that only the owner of the folder can read', async () => {
    const file = join(dataDir, 'superuser.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { password } = JSON.parse(await readFile(file, 'utf8')) as { password: string };
    await expect(query(postgres.adminUrl.replace(password, 'guess'), 'SELECT 1')).rejects.toThrow('password');
  });

  it('has its data again after a kill and a new start', async () => {
    await postgres.kill();
    expect(exists(postgres.pid())).toBe(false);
    await postgres.start();
    expect(await query(postgres.adminUrl, 'SELECT * FROM kept')).toEqual([{ one: 1 }]);
  });

  it('is started again by who keeps it running', async () => {
    const stopping = new AbortController();
    const runsAgain = new Promise<void>((resolve) => {
      const note = (line: string) => line.includes('runs again') && resolve();
      void keepRunning('PostgreSQL', postgres, stopping.signal, note);
    });
    await postgres.kill();
    await runsAgain;
    expect(await query(postgres.adminUrl, 'SELECT * FROM kept')).toEqual([{ one: 1 }]);
    stopping.abort();
  });

  it('starts although its lock file names a process that is now somebody else', async () => {
    await postgres.kill();
    const lockFile = join(dataDir, 'cluster/postmaster.pid');
    const lines = (await readFile(lockFile, 'utf8')).split('\n');
    await writeFile(lockFile, [process.ppid, ...lines.slice(1)].join('\n'));
    await postgres.start();
    expect(await query(postgres.adminUrl, 'SELECT * FROM kept')).toEqual([{ one: 1 }]);
  });

  it('takes over from a server whose starter was killed, then stops', async () => {
    const orphan = postgres.pid();
    const next = await startPostgres({ dataDir, port });
    expect(exists(orphan)).toBe(false);
    expect(await query(next.adminUrl, 'SELECT * FROM kept')).toEqual([{ one: 1 }]);
    await next.stop();
    expect(exists(next.pid())).toBe(false);
  });
});
