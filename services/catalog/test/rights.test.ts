import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { Actor, Permission } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { actorSettings } from '@carethread/service-kit/actor-context.ts';
import { withoutTwin } from '@carethread/service-kit/testing/policy-twin.ts';
import { uncovered, visibleToNobody } from '@carethread/service-kit/testing/row-security.ts';
import { curator } from './administration.ts';
import { type CatalogDatabase, createCatalogDatabase } from './catalog-database.ts';

/** What each login may do with direct SQL, whatever the service's code asks for (S-22, S-25). */
let database: CatalogDatabase;
const releaseId = newId();
beforeAll(async () => {
  database = await createCatalogDatabase();
  await database.as('admin', async (tx) => {
    tx.send('INSERT INTO reference.release (id, number) VALUES ($1, 1)', [releaseId]);
    tx.send('INSERT INTO reference.current_release (release_id) VALUES ($1)', [releaseId]);
  });
});
afterAll(() => database?.drop());

const as = <Result>(actor: Actor | null, work: (tx: Tx) => Promise<Result>): Promise<Result> =>
  database.as('app', async (tx) => {
    const { text, values } = actorSettings(actor);
    await tx.query(text, values);
    return work(tx);
  });
const stage = (actor: Actor, key: string, more: { stagedBy?: string } = {}) =>
  as(actor, (tx) =>
    tx.query<{ id: string }>(
      `INSERT INTO operational.catalog_change (id, key, change, reason, staged_by) VALUES ($1, $2, '{}', 'Why not', $3)
       RETURNING id`,
      [newId(), key, more.stagedBy ?? actor.userId],
    ),
  );
const denied = /permission denied/;
const hidden = /row-level security/;

describe('schema reference', () => {
  const tables = () =>
    database.as('owner', (tx) =>
      tx.query<{ name: string }>(
        `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'reference' AND table_type = 'BASE TABLE'`,
      ),
    );

  it.each(['app', 'worker'] as const)('is read by %s and written by it nowhere', async (login) => {
    const names = (await tables()).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(25);
    for (const name of names) {
      await database.as(login, (tx) => tx.query(`SELECT FROM reference.${name} LIMIT 1`));
      for (const statement of [
        `INSERT INTO reference.${name} DEFAULT VALUES`,
        `DELETE FROM reference.${name}`,
        `TRUNCATE reference.${name}`,
      ])
        await expect(database.as(login, (tx) => tx.query(statement))).rejects.toThrow(denied);
    }
    const [{ writable }] = (await database.as(login, (tx) =>
      tx.query(`SELECT count(*)::int AS writable FROM information_schema.column_privileges
        WHERE table_schema = 'reference' AND privilege_type <> 'SELECT'`),
    )) as [{ writable: number }];
    expect(writable).toBe(0);
  });

  it('is written by the catalog administrator, who reads nothing of schema operational', async () => {
    await database.as('admin', (tx) =>
      tx.query(
        `INSERT INTO reference.condition (release_id, code, name, origin) VALUES ($1, 'gout', 'Gout', 'local')`,
        [releaseId],
      ),
    );
    for (const name of ['screening', 'catalog_change', 'publication', 'withdrawal', 'publisher'])
      await expect(database.as('admin', (tx) => tx.query(`SELECT FROM operational.${name}`))).rejects.toThrow(
        denied,
      );
  });
});

describe('row security', () => {
  const asked = 'Asked below, right by right: it holds nothing of patients.';
  const sql =
    (login: 'owner' | 'app') =>
    <Row>(text: string) =>
      database.as(login, (tx) => tx.query(text)) as Promise<Row[]>;
  const published = async () => {
    const names = await sql('owner')<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'reference'::regnamespace AND relkind = 'r'`,
    );
    return Object.fromEntries(names.map(({ name }) => [`reference.${name}`, 'Published drug data.']));
  };

  it('covers every table that is not published data (U-05)', async () => {
    const notIndexed = { 'withdrawal.ended_by': 'Compared for one withdrawal, found by its id.' };
    expect(await uncovered(sql('owner'), { notPersonal: await published(), notIndexed })).toEqual([]);
    const tables = ['catalog_change', 'publication', 'publisher', 'withdrawal'];
    const explained = {
      ...Object.fromEntries(tables.map((table) => [`operational.${table}`, asked])),
      'audit.access': 'One migration for all services; the others ask it.',
    };
    expect(await withoutTwin(sql('owner'), [], explained)).toEqual([]);
  });

  it('shows the application nothing without an identity', async () => {
    expect(await visibleToNobody(sql('owner'), sql('app'), { notPersonal: await published() })).toEqual([]);
  });
});

describe('schema operational', () => {
  const catalog = curator('ManageDrugCatalog');
  const rules = curator('ManageClinicalRules');
  const publisher = curator('PublishCatalogRelease');
  const nobody = curator();

  it('takes each change under its own right and name only', async () => {
    await stage(catalog, 'product:one');
    await stage(rules, 'rule:one');
    for (const [who, key] of [
      [catalog, 'rule:two'],
      [rules, 'product:two'],
      [publisher, 'product:two'],
      [nobody, 'product:two'],
    ] as const)
      await expect(stage(who, key)).rejects.toThrow(hidden);
    await expect(stage(catalog, 'product:two', { stagedBy: newId() })).rejects.toThrow(hidden);
    await expect(
      as(catalog, (tx) => tx.query(`UPDATE operational.catalog_change SET change = '{"kind": "other"}'`)),
    ).rejects.toThrow(denied);
    await expect(as(catalog, (tx) => tx.query('DELETE FROM operational.catalog_change'))).rejects.toThrow(
      denied,
    );
  });

  it('shows changes to those who administer, withdrawals to everybody who is signed in', async () => {
    const count = (who: Actor | null, table: string) =>
      as(who, async (tx) => (await tx.query(`SELECT FROM operational.${table}`)).length);
    for (const who of [catalog, rules, publisher]) expect(await count(who, 'catalog_change')).toBe(2);
    expect(await count(nobody, 'catalog_change')).toBe(0);
    await as(catalog, (tx) =>
      tx.query(
        `INSERT INTO operational.withdrawal (id, product_id, kind, reason, effective_from, recorded_by)
         VALUES ($1, $2, 'withdrawn', 'Why not', now(), $3)`,
        [newId(), newId(), catalog.userId],
      ),
    );
    expect(await count(nobody, 'withdrawal')).toBe(1);
    expect(await count(null, 'withdrawal')).toBe(0);
  });

  const publication = `INSERT INTO operational.publication (id, kind, reason, requested_by)
    VALUES ($1, 'changes', 'Why not', $2)`;
  const withdrawal = `INSERT INTO operational.withdrawal (id, product_id, kind, reason, effective_from, recorded_by)
    VALUES ($1, $1, 'withdrawn', 'Why not', now(), $2)`;
  const discard = `UPDATE operational.catalog_change SET status = 'discarded'
    WHERE key = 'product:one' AND $1::uuid IS NOT NULL AND $2::uuid IS NOT NULL`;
  it.each<[string, string, Permission]>([
    ['publish', publication, 'PublishCatalogRelease'],
    ['withdraw', withdrawal, 'ManageDrugCatalog'],
    ['discard a product', discard, 'ManageDrugCatalog'],
  ])('lets nobody %s without the right', async (_, statement, right) => {
    const others = (['ManageDrugCatalog', 'ManageClinicalRules', 'PublishCatalogRelease'] as const).filter(
      (each) => each !== right,
    );
    const without = curator(...others);
    const attempt = (who: Actor) => as(who, (tx) => tx.query(statement, [newId(), who.userId]));
    await expect(attempt(without)).rejects.toThrow(hidden);
    await attempt(curator(right));
  });

  it('leaves the course of a publication, and who publishes, to the worker', async () => {
    await expect(
      as(publisher, (tx) => tx.query(`UPDATE operational.publication SET status = 'done'`)),
    ).rejects.toThrow(denied);
    await expect(as(publisher, (tx) => tx.query('DELETE FROM operational.publisher'))).rejects.toThrow(
      denied,
    );
  });
});
