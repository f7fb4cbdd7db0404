import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ServiceName } from '@carethread/contracts/define-event.ts';
import { recordKinds } from '@carethread/contracts/events/audit.ts';
import { createTestDatabase } from '@carethread/local-stack/test-stack.ts';
import pg from 'pg';
import { type AuditedTypes, typesThatTell } from '../src/audit/personal-types.ts';
import { migrate, migrationsOf } from '../src/migrate.ts';
import { buildSubgraph } from '../src/subgraph.ts';

/** The kind as the body of the trigger function names it, last in its call of purpose_of. */
const guarded = `SELECT c.relname AS name, count(t.oid) FILTER (WHERE t.tgname LIKE 'audited_%') = 3 AS watched,
    min(substring(p.prosrc FROM $$access\\.emergency_id\\(\\), '(\\w+)'\\)$$)) AS kind
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_trigger t ON t.tgrelid = c.oid
    LEFT JOIN pg_proc p ON p.oid = t.tgfoid AND p.pronamespace = 'audit'::regnamespace
  WHERE c.relkind IN ('r', 'p') AND c.relforcerowsecurity AND n.nspname NOT IN ('audit', 'bus')
  GROUP BY c.oid`;

/**
 * What a service forgot to audit or to leave out for a reason, one line each: types of its schema.graphql, and tables
 * under row security. Also what it names and does not have, and kinds there are no words for.
 */
export async function notInAudit(
  service: ServiceName,
  folder: string,
  { types, unwatched }: AuditedTypes,
  resolvers: object = {},
): Promise<string[]> {
  const sdl = readFileSync(path.join(folder, 'schema.graphql'), 'utf8');
  const shown = typesThatTell(buildSubgraph(sdl, resolvers)).map(({ name }) => name);
  const tables = await tablesOf(service, folder);
  const watched = tables.filter((table) => table.watched).map(({ name }) => name);
  const others = tables.filter((table) => !table.watched).map(({ name }) => name);
  const kinds = new Set([
    ...shown.filter((name) => typeof types[name] === 'object'),
    ...tables.flatMap((table) => table.kind ?? []),
  ]);
  const told: readonly string[] = recordKinds;
  return [
    ...[...kinds]
      .filter((kind) => !told.includes(kind))
      .map((kind) => `kind ${kind}: not in recordKinds, so nobody could tell a patient what it is`),
    ...shown.filter((name) => !(name in types)).map((name) => `type ${name}: not in the audit`),
    ...Object.keys(types)
      .filter((name) => !shown.includes(name))
      .map((name) => `type ${name}: there is none`),
    ...others.filter((name) => !(name in unwatched)).map((name) => `table ${name}: not in the audit`),
    ...watched.filter((name) => name in unwatched).map((name) => `table ${name}: watched and left out`),
    ...Object.keys(unwatched)
      .filter((name) => !watched.includes(name) && !others.includes(name))
      .map((name) => `table ${name}: there is none`),
  ];
}

interface GuardedTable {
  name: string;
  watched: boolean;
  kind: string | null;
}

async function tablesOf(service: ServiceName, folder: string): Promise<GuardedTable[]> {
  const database = await createTestDatabase(service, {
    key: JSON.stringify(migrationsOf(folder)),
    migrate: async (ownerUrl) => void (await migrate(ownerUrl, folder)),
  });
  const client = new pg.Client({ connectionString: database.ownerUrl });
  try {
    await client.connect();
    return (await client.query<GuardedTable>(guarded)).rows;
  } finally {
    await client.end();
    await database.drop();
  }
}
