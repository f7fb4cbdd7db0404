import type { Actor } from '@carethread/contracts/actor.ts';
import pg from 'pg';
import { actorSettings } from '../src/actor-context.ts';

/** One entity, with both answers to who may do what with it: a function's, and the database's. */
export interface Twin<Row> {
  entity: string;
  table: string;
  /** SQL that names a row, as text. */
  key: string;
  rows: ReadonlyMap<string, Row>;
  read(actor: Actor, row: Row): boolean;
  /** Asked by setting this column, which the application may write, to what it is. */
  change?: { column: string; allowed(actor: Actor, row: Row): boolean };
  /** Asked by writing these rows, which are not there yet, and taking them back. */
  create?: {
    table: string;
    rows: ReadonlyMap<string, { facts: Row; columns: object }>;
    allowed(actor: Actor, row: Row): boolean;
  };
}

export interface Comparison {
  /** How many (actor, row, action) were asked. */
  asked: number;
  /** How many of them were allowed. */
  allowed: number;
  /** Where function and database disagree; at most the first twenty. */
  differences: string[];
}

/** For a list of twins of different rows. */
export const twin = <Row>(one: Twin<Row>): Twin<never> => one as unknown as Twin<never>;

/**
 * Asks both of every twin about every row, as every one of these people: one transaction a person, which is rolled back,
 * with one statement for each entity and action.
 */
export async function compare(
  app: pg.Client,
  actors: readonly Actor[],
  twins: readonly Twin<never>[],
  { untilOneDiffers = false } = {},
): Promise<Comparison> {
  const result: Comparison = { asked: 0, allowed: 0, differences: [] };
  for (const actor of actors) {
    if (untilOneDiffers && result.differences.length > 0) return result;
    const { text, values } = actorSettings(actor);
    await Promise.all([app.query('BEGIN'), app.query(text, values)]);
    for (const each of twins) await compareOne(app, actor, each, result);
    await app.query('ROLLBACK');
  }
  return result;
}

async function compareOne(app: pg.Client, actor: Actor, one: Twin<never>, result: Comparison): Promise<void> {
  const { entity, table, key, rows, read, change, create } = one;
  const note = judge(result, actor, entity);
  note('read', rows, await keysOf(app, `SELECT ${key} AS key FROM ${table}`), read);
  if (change) {
    const { column, allowed } = change;
    const updated = `UPDATE ${table} SET ${column} = ${column} RETURNING ${key} AS key`;
    // A change shows the row as well, so it takes both rights.
    note('change', rows, await keysOf(app, updated), (who, row) => allowed(who, row) && read(who, row));
  }
  if (create) {
    const facts = new Map([...create.rows].map(([id, each]) => [id, each.facts]));
    note('create', facts, await createdBy(app, create), create.allowed);
  }
}

/**
 * Tables with policies for the application and without a twin, one sentence each that says what to do; empty when there
 * are none. `explained` says of a table why it needs none. Asked as the superuser.
 */
export async function withoutTwin(
  sql: (text: string) => Promise<Record<string, any>[]>,
  twins: readonly Twin<never>[],
  explained: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const guarded = await sql(
    `SELECT DISTINCT CASE schemaname WHEN 'public' THEN '' ELSE schemaname || '.' END || tablename AS name
     FROM pg_policies WHERE 'carethread_app' = ANY (roles) ORDER BY 1`,
  );
  const names = guarded.map(({ name }) => name as string);
  const asked = new Set(twins.map(({ table }) => table));
  return [
    ...names
      .filter((name) => !asked.has(name) && !(name in explained))
      .map(
        (name) =>
          `${name} has row policies and no function that says the same: write one in contracts/policy and a twin here.`,
      ),
    ...Object.keys(explained)
      .filter((name) => asked.has(name) || !names.includes(name))
      .map((name) => `${name} has a twin, or no policies any more: take it out of the explained.`),
  ];
}

const judge =
  (result: Comparison, actor: Actor, entity: string) =>
  <Row>(
    action: string,
    rows: ReadonlyMap<string, Row>,
    granted: ReadonlySet<string>,
    allowed: (actor: Actor, row: Row) => boolean,
  ) => {
    for (const [key, row] of rows) {
      const says = allowed(actor, row);
      result.asked += 1;
      if (says) result.allowed += 1;
      if (says === granted.has(key) || result.differences.length === 20) continue;
      const { role, userId, organisationId, proxyId, emergencyId } = actor;
      const who = JSON.stringify({ role, userId, organisationId, proxyId, emergencyId });
      result.differences.push(
        `${action} ${entity} ${key}: the function says ${says}, the database ${!says}, for ${who} of ${JSON.stringify(row)}`,
      );
    }
  };

/** SQLSTATE of what a policy, or a missing right, forbids. */
const notGranted = '42501';

/** The keys a statement answers with; none when it is forbidden. What it did is taken back. */
async function keysOf(app: pg.Client, statement: string): Promise<Set<string>> {
  // Sent together: one round trip.
  const [, answer] = await Promise.allSettled([
    app.query('SAVEPOINT before'),
    app.query<{ key: string }>(statement),
    app.query('ROLLBACK TO before'),
  ]);
  if (answer.status === 'fulfilled') return new Set(answer.value.rows.map(({ key }) => key));
  if ((answer.reason as { code?: string }).code === notGranted) return new Set();
  throw new Error(`${statement}: ${(answer.reason as Error).message}`, { cause: answer.reason });
}

async function createdBy(
  app: pg.Client,
  { table, rows }: NonNullable<Twin<never>['create']>,
): Promise<Set<string>> {
  const attempts = [...rows].map(async ([key, { columns }]) => {
    const names = Object.keys(columns).join(', ');
    const insert = `INSERT INTO ${table} (${names})
      SELECT ${names} FROM json_populate_record(NULL::${table}, ${pg.escapeLiteral(JSON.stringify(columns))})
      RETURNING 'yes' AS key`;
    // RETURNING asks for the right to see it as well, which whoever may write it has.
    return (await keysOf(app, insert)).size > 0 ? key : null;
  });
  return new Set((await Promise.all(attempts)).filter((key) => key !== null));
}

/**
 * Opens and shuts each policy of the application's on the tables of these twins, one at a time, and asks again whether
 * anything differs now that the table has another. Answers
 * those whose change nobody would have noticed: their condition is tested by nothing, or decides nothing. A policy for
 * new rows is left alone where no twin writes any.
 */
export async function unnoticedMutations(
  sql: (text: string) => Promise<Record<string, any>[]>,
  twins: readonly Twin<never>[],
  notices: (table: string) => Promise<boolean>,
): Promise<string[]> {
  const list = twins.map(({ table }) => pg.escapeLiteral(table)).join(', ');
  const written = twins.filter(({ create }) => create).map(({ table }) => table);
  const policies = await sql(
    `SELECT policyname AS name, tablename AS table, qual, with_check FROM pg_policies
     WHERE schemaname = 'public' AND tablename IN (${list}) AND 'carethread_app' = ANY (roles) ORDER BY 2, 1`,
  );
  const unnoticed: string[] = [];
  for (const { name, table, qual, with_check } of policies) {
    if (qual === null && !written.includes(table)) continue;
    const clause = qual === null ? 'WITH CHECK' : 'USING';
    for (const mutant of ['true', 'false']) {
      await sql(`ALTER POLICY ${name} ON ${table} ${clause} (${mutant})`);
      if (!(await notices(table))) unnoticed.push(`${name} ON ${table} ${clause} (${mutant})`);
      await sql(`ALTER POLICY ${name} ON ${table} ${clause} (${qual ?? with_check})`);
    }
  }
  return unnoticed;
}
