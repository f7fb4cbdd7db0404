import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type BackgroundProcess, startInBackground } from '@carethread/local-stack/background-process.ts';
import { freePorts } from '@carethread/local-stack/free-port.ts';
import pg from 'pg';
import type { XmppChat } from './xmpp-chat.ts';

/** Debian's package, or nothing. */
const starter = '/usr/sbin/ejabberdctl';
const tables = '/usr/share/ejabberd/sql/pg.sql';
export const hasEjabberd = (): boolean => existsSync(starter) && existsSync(tables);

export interface Ejabberd {
  readonly chat: XmppChat;
  readonly pid: number;
  /** Bodies in its archive. */
  stored(): Promise<Set<string>>;
  stop(): Promise<void>;
}

const database = 'bench_xmpp';

/**
 * An XMPP server with everything it keeps in PostgreSQL: each message is in the archive (XEP-0313) of both sides or of
 * the room. It has accounts p0, p1 … with one password. It runs beside no other: without a node name, in one folder.
 */
export async function startEjabberd(adminUrl: string, folder: string, people: number): Promise<Ejabberd> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const password = crypto.randomUUID();
  const domain = 'localhost';
  const address = new URL(adminUrl);
  await makeDatabase(adminUrl, password, people);
  const [port] = await freePorts(1);
  const config = join(folder, 'ejabberd.yml');
  await writeFile(config, settings({ domain, port: port!, address, password }), { mode: 0o600 });
  const libraries = /^ERL_LIBS='(.+)'$/m.exec(await readFile(starter, 'utf8'))?.[1];
  const server = await startInBackground({
    command: 'erl',
    args: [
      '-noinput',
      '+K',
      'true',
      '+P',
      '250000',
      '-mnesia',
      'dir',
      JSON.stringify(join(folder, 'mnesia')),
      '-s',
      'ejabberd',
    ],
    env: {
      ...process.env,
      HOME: folder,
      EJABBERD_CONFIG_PATH: config,
      EJABBERD_LOG_PATH: join(folder, 'ejabberd.log'),
      ERL_CRASH_DUMP: join(folder, 'erl_crash.dump'),
      ...(libraries && { ERL_LIBS: libraries }),
    },
    cwd: folder,
    logFile: join(folder, 'output.log'),
    pidFile: join(folder, 'ejabberd.pid'),
  });
  await untilItListens(port!, server, folder);
  return {
    chat: { kind: 'xmpp', service: `xmpp://127.0.0.1:${port}`, domain, password },
    pid: server.pid,
    stored: async () =>
      new Set((await rowsOf<{ txt: string }>(adminUrl, 'SELECT txt FROM archive')).map(({ txt }) => txt)),
    stop: () =>
      server.end([
        ['SIGTERM', 10_000],
        ['SIGKILL', 5_000],
      ]),
  };
}

async function makeDatabase(adminUrl: string, password: string, people: number): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`CREATE ROLE ${database} LOGIN PASSWORD '${password}'`);
  await admin.query(`CREATE DATABASE ${database} OWNER ${database}`);
  await admin.end();
  await rowsOf(adminUrl, await readFile(tables, 'utf8'));
  await rowsOf(adminUrl, `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${database}`);
  await rowsOf(adminUrl, `GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${database}`);
  await rowsOf(
    adminUrl,
    `INSERT INTO users (username, password) SELECT 'p' || n, '${password}' FROM generate_series(0, ${people - 1}) AS n`,
  );
}

async function rowsOf<Row>(adminUrl: string, text: string): Promise<Row[]> {
  const address = new URL(adminUrl);
  address.pathname = `/${database}`;
  const client = new pg.Client({ connectionString: address.href });
  await client.connect();
  try {
    return (await client.query(text)).rows as Row[];
  } finally {
    await client.end();
  }
}

const settings = ({
  domain,
  port,
  address,
  password,
}: {
  domain: string;
  port: number;
  address: URL;
  password: string;
}) => `
hosts: [${domain}]
loglevel: error
listen:
  - { port: ${port}, ip: "127.0.0.1", module: ejabberd_c2s, starttls: false, shaper: none, max_stanza_size: 262144 }
auth_method: sql
auth_password_format: plain
default_db: sql
sql_type: pgsql
sql_server: "${address.hostname}"
sql_port: ${address.port}
sql_database: ${database}
sql_username: ${database}
sql_password: "${password}"
sql_pool_size: 10
acl: { local: { user_regexp: "" } }
access_rules: { c2s: { allow: all }, local: { allow: all } }
api_permissions: {}
shaper_rules: { c2s_shaper: none, max_user_sessions: 10 }
modules:
  mod_disco: {}
  mod_mam: { default: always, assume_mam_usage: true, user_mucsub_from_muc_archive: false }
  mod_muc:
    access_create: local
    max_user_conferences: 1000
    min_message_interval: 0
    min_presence_interval: 0
    default_room_options: { persistent: true, mam: true, allow_subscription: false }
`;

async function untilItListens(port: number, server: BackgroundProcess, folder: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (!server.running()) {
      const words = await readFile(join(folder, 'output.log'), 'utf8');
      throw new Error(`ejabberd ended while starting:\n${words.slice(-2_000)}`);
    }
    const listens = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (listens) return;
    await wait(100);
  }
  throw new Error('ejabberd does not listen.');
}
