import { serviceNames } from '@carethread/contracts/define-event.ts';
import pg from 'pg';

/** A database each for the services, and one in which gateways count what was asked of them. */
export const databaseNames = [...serviceNames, 'gateway'] as const;
export type DatabaseName = (typeof databaseNames)[number];

/** A service migrates as owner and runs as app, worker and relay. */
const everyService = ['owner', 'app', 'worker', 'relay'] as const;
export const loginKinds = [...everyService, 'admin'] as const;
export type LoginKind = (typeof loginKinds)[number];
/** Also for kinds that a service does not have; such a password is never used. */
export type LoginPasswords = Readonly<Record<LoginKind, string>>;

/**
 * Only catalog has an administrator: who may write the reference data that requests and events may only read. The gateway
 * has one table and does nothing behind its requests.
 */
function loginsOf(name: DatabaseName): readonly LoginKind[] {
  if (name === 'gateway') return ['owner', 'app'];
  return name === 'catalog' ? loginKinds : everyService;
}

/**
 * Rights are granted to these groups, in migrations; the first three are the same for every service. The gateway is in
 * none: it shares no right with what reads health data.
 */
function groupOf(name: DatabaseName, kind: LoginKind): string | null {
  if (kind === 'owner' || name === 'gateway') return null;
  return kind === 'admin' ? `carethread_${name}_admin` : `carethread_${kind}`;
}

/** Nothing that serves people or events may hang longer than this; migrations, imports and the relay's lock may. */
const limits = {
  statement_timeout: '10s',
  lock_timeout: '5s',
  idle_in_transaction_session_timeout: '15s',
  transaction_timeout: '30s',
};

/** Any number; all provisioning of a cluster goes one after the other, because roles are shared by all databases. */
const provisioningLock = 7_231_001;

/**
 * Makes the roles and the empty database of a service, or brings existing ones up to date. Safe to repeat and to run for
 * several services at once.
 */
export async function provisionDatabase(
  adminUrl: string,
  service: DatabaseName,
  passwords: LoginPasswords,
): Promise<void> {
  await asAdministrator(adminUrl, async (admin) => {
    await admin.query('SELECT pg_advisory_lock($1)', [provisioningLock]);
    for (const kind of loginsOf(service)) await createLogin(admin, service, kind, passwords[kind]);
    const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [service]);
    if (!rowCount) await admin.query(`CREATE DATABASE ${quote(service)} OWNER ${quote(`${service}_owner`)}`);
    await closeToOthers(admin, service, service);
  });
}

/** Lets only the service's own logins connect to a database. `CREATE DATABASE … TEMPLATE` does not copy this. */
export async function closeToOthers(
  admin: pg.Client,
  database: string,
  service: DatabaseName,
): Promise<void> {
  const logins = loginsOf(service)
    .map((kind) => quote(`${service}_${kind}`))
    .join(', ');
  await admin.query(`REVOKE ALL ON DATABASE ${quote(database)} FROM PUBLIC`);
  await admin.query(`GRANT CONNECT ON DATABASE ${quote(database)} TO ${logins}`);
}

/** The connection string of one of a service's logins. */
export function loginUrl(
  adminUrl: string,
  service: DatabaseName,
  kind: LoginKind,
  password: string,
  database: string = service,
): string {
  const url = new URL(adminUrl);
  url.username = `${service}_${kind}`;
  url.password = password;
  url.pathname = `/${database}`;
  return url.href;
}

/** A password for each login of each service, from one generator. */
export const passwordsForAll = (generate: (login: string) => string): Record<DatabaseName, LoginPasswords> =>
  Object.fromEntries(
    databaseNames.map((service) => [
      service,
      Object.fromEntries(loginKinds.map((kind) => [kind, generate(`${service}_${kind}`)])),
    ]),
  ) as Record<DatabaseName, LoginPasswords>;

/** Runs with one connection of the superuser, which is closed (and its locks freed) in any case. */
export async function asAdministrator<Result>(
  adminUrl: string,
  work: (admin: pg.Client) => Promise<Result>,
): Promise<Result> {
  const admin = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  admin.on('error', () => undefined);
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

export const quote = pg.escapeIdentifier;

async function createGroup(admin: pg.Client, group: string): Promise<void> {
  const { rowCount } = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [group]);
  if (!rowCount) await admin.query(`CREATE ROLE ${quote(group)} NOLOGIN`);
}

async function createLogin(
  admin: pg.Client,
  service: DatabaseName,
  kind: LoginKind,
  password: string,
): Promise<void> {
  const role = `${service}_${kind}`;
  const { rowCount } = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  await admin.query(
    `${rowCount ? 'ALTER' : 'CREATE'} ROLE ${quote(role)} LOGIN PASSWORD ${pg.escapeLiteral(password)}
       NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`,
  );
  const group = groupOf(service, kind);
  if (group) {
    await createGroup(admin, group);
    await admin.query(`GRANT ${quote(group)} TO ${quote(role)}`);
  }
  if (kind !== 'app' && kind !== 'worker') return;
  for (const [name, value] of Object.entries(limits)) {
    await admin.query(`ALTER ROLE ${quote(role)} SET ${name} = ${pg.escapeLiteral(value)}`);
  }
}
