type Sql = <Row>(text: string) => Promise<Row[]>;

export interface Exceptions {
  /** Tables without anything personal in them, each with the reason. */
  notPersonal?: Readonly<Record<string, string>>;
  /** Columns a policy compares that no index begins with (`table.column`), each with the reason. */
  notIndexed?: Readonly<Record<string, string>>;
}

interface Table {
  oid: number;
  name: string;
  secured: boolean;
  forced: boolean;
  owner: string;
  policies: number;
  granted: boolean;
}
const tables = `SELECT c.oid::int, format('%s%s', CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END, c.relname) AS name,
    c.relrowsecurity AS secured, c.relforcerowsecurity AS forced, pg_get_userbyid(c.relowner) AS owner,
    (SELECT count(*)::int FROM pg_policy p WHERE p.polrelid = c.oid
       AND 'carethread_app'::regrole = ANY (p.polroles)) AS policies,
    has_any_column_privilege('carethread_app', c.oid, 'SELECT, INSERT, UPDATE')
      OR has_table_privilege('carethread_app', c.oid, 'DELETE') AS granted
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT LIKE 'pg\\_%'
    AND n.nspname NOT IN ('information_schema', 'bus') AND c.relname <> '_prisma_migrations'
  ORDER BY 2`;
const openDoors = `SELECT c.relname AS name, c.relkind AS kind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', 'bus')
    AND has_table_privilege('carethread_app', c.oid, 'SELECT')
    AND NOT (c.relkind = 'v' AND 'security_invoker=true' = ANY (coalesce(c.reloptions, '{}')))`;
/** Identifiers of the table itself by which its policies find rows for the application; those for new rows find none. */
const compared = `SELECT DISTINCT c.relname || '.' || a.attname AS name, EXISTS (
      SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum) AS indexed
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
  JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass
    AND d.refobjid = c.oid AND d.refobjsubid > 0
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
  WHERE 'carethread_app'::regrole = ANY (p.polroles) AND p.polcmd <> 'a' AND a.atttypid = 'uuid'::regtype ORDER BY 1`;

/**
 * What is missing of row level security (U-05), one sentence each that says what to do; empty when nothing is. Asked as
 * the superuser of a database with the service's tables.
 */
export async function uncovered(
  sql: Sql,
  { notPersonal = {}, notIndexed = {} }: Exceptions = {},
): Promise<string[]> {
  const found: string[] = [];
  const all = await sql<Table>(tables);
  for (const { name, secured, forced, owner, policies, granted } of all) {
    if (owner === 'carethread_app' || owner.endsWith('_app'))
      found.push(
        `${name} belongs to ${owner}: let the migrations' role own it, or no policy binds the application.`,
      );
    if (name in notPersonal) continue;
    if (!secured || !forced)
      found.push(
        `${name} has no forced row security: ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY in a ` +
          'new migration, with policies; or, if nothing in it is personal, name it in notPersonal with the reason.',
      );
    else if (granted && policies === 0)
      found.push(
        `${name} is granted to carethread_app and has no policy for it: CREATE POLICY … TO carethread_app.`,
      );
  }
  for (const { name } of await sql<{ name: string }>(openDoors))
    found.push(
      `${name} shows rows past the policies: make it a view WITH (security_invoker = true), or do not grant it.`,
    );
  for (const { name, indexed } of await sql<{ name: string; indexed: boolean }>(compared))
    if (!indexed && !(name in notIndexed))
      found.push(
        `A policy compares ${name} and no index begins with it: CREATE INDEX, or, where rows are always looked up by ` +
          'another key, name it in notIndexed with the reason.',
      );
  const names = new Set(all.map((table) => table.name));
  for (const name of Object.keys(notPersonal))
    if (!names.has(name)) found.push(`There is no table ${name} any more: take it out of notPersonal.`);
  return found;
}

/** Tables the application's role sees a row of without an identity: direct SQL, as an attacker in its place would send it. */
export async function visibleToNobody(
  sql: Sql,
  asApp: Sql,
  { notPersonal = {} }: Exceptions = {},
): Promise<string[]> {
  const seen: string[] = [];
  for (const { name, granted } of await sql<Table>(tables)) {
    if (!granted || name in notPersonal) continue;
    const rows = await asApp(`SELECT 1 FROM ${name} LIMIT 1`).catch((error: { code?: string }) => {
      if (error.code === '42501') return [];
      throw error;
    });
    if (rows.length > 0) seen.push(name);
  }
  return seen;
}
