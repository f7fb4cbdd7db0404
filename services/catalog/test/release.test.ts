import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadFormulary } from '../src/formulary/load-formulary.ts';
import { currentRelease, NoRelease } from '../src/release/current-release.ts';
import { withProducts } from '../src/release/load-products.ts';
import { loadRules } from '../src/release/load-rules.ts';
import { listReleases } from '../src/release/list-releases.ts';
import { publishAgain } from '../src/release/publish-again.ts';
import { screen } from '../src/screen/screen.ts';
import { canonicalJson } from '../src/screen/canonical.ts';
import { type CatalogDatabase, createCatalogDatabase } from './catalog-database.ts';
import { inputOf, line } from './screening-input.ts';
import { product, shippedRelease } from './shipped-release.ts';

let database: CatalogDatabase;
beforeAll(async () => {
  database = await createCatalogDatabase();
});
afterAll(() => database?.drop());

it('is missing before the formulary is loaded', async () => {
  await expect(database.as('app', (tx) => currentRelease().read(tx))).rejects.toThrow(NoRelease);
});

describe('the shipped formulary as release 1', () => {
  beforeAll(async () => {
    await database.as('admin', loadFormulary);
  });

  it('is loaded once', async () => {
    const again = await database.as('admin', loadFormulary);
    expect(again).toMatchObject({ loaded: false, release: { number: 1 } });
    const [{ releases, events }] = (await database.as('owner', (tx) =>
      tx.query<{ releases: number; events: number }>(
        `SELECT (SELECT count(*)::int FROM reference.release) AS releases, count(*)::int AS events FROM bus.outbox
          WHERE type = 'catalog.release.published.v1' AND sequence = 1`,
      ),
    )) as [{ releases: number; events: number }];
    expect({ releases, events }).toEqual({ releases: 1, events: 1 });
  });

  it('judges from the database as it does from the files', async () => {
    const loaded = await database.as('worker', (tx) => currentRelease().read(tx));
    const input = inputOf(
      [
        {
          ...line('a'),
          productId: product('lisinopril', 'tablet', 'oral', '40 mg'),
          dose: { amount: '3', unit: 'tablet', perDay: 1 },
        },
        line('b', 'potassium-chloride', 'ibuprofen'),
        {
          ...line('c'),
          productId: product(
            'amoxicillin + clavulanate',
            'oral-suspension',
            'oral',
            '250 mg/5 mL + 62.5 mg/5 mL',
          ),
        },
      ],
      {
        allergies: ['class:PENICILLIN'],
        conditions: ['peptic-ulcer'],
        currentIngredients: ['lithium', 'warfarin'],
      },
    );
    const release = await database.as('worker', (tx) => withProducts(tx, loaded, input));
    const fromFiles = { ...screen(input, shippedRelease), releaseId: loaded.id };
    expect(canonicalJson(screen(input, release))).toBe(canonicalJson(fromFiles));
    expect(loaded.rules).toEqual({
      interactions: sortedById(shippedRelease.rules.interactions),
      allergies: sortedById(shippedRelease.rules.allergies),
      contraindications: sortedById(shippedRelease.rules.contraindications),
      duplicates: sortedById(shippedRelease.rules.duplicates),
      doses: sortedById(shippedRelease.rules.doses),
    });
  });

  it('is read again only when another release is in force', async () => {
    const current = currentRelease();
    const first = await database.as('app', (tx) => current.read(tx));
    expect(await database.as('app', (tx) => current.read(tx))).toBe(first);
  });
});

describe('another release (C-02)', () => {
  const changeRule = `UPDATE reference.interaction_rule SET severity = 'info'
    WHERE id = 'ddi-062' AND release_id = (SELECT release_id FROM reference.current_release)`;
  const input = inputOf([line('a', 'disulfiram'), line('b', 'metronidazole')]);
  const judge = (release: string) =>
    database.as('worker', async (tx) =>
      screen(input, await withProducts(tx, (await loadRules(tx, release))!, input)),
    );

  it('leaves an old verdict as it was, byte for byte, and can be taken back', async () => {
    const current = currentRelease();
    const old = await database.as('app', (tx) => current.read(tx));
    const verdict = canonicalJson(await judge(old.id));
    await database.as('admin', (tx) => tx.query(`UPDATE reference.release_part SET content_hash = 'older'`));
    await database.as('admin', loadFormulary);
    await database.as('admin', (tx) => tx.query(changeRule));

    const next = await database.as('app', (tx) => current.read(tx));
    expect(next.number).toBe(2);
    expect((await judge(next.id)).findings.map(({ severity }) => severity)).toEqual(['info']);
    expect(canonicalJson(await judge(old.id))).toBe(verdict);

    expect(await database.as('admin', (tx) => publishAgain(tx, 1))).toBe('published');
    expect(await database.as('admin', (tx) => publishAgain(tx, 1))).toBe('in force');
    expect(await database.as('admin', (tx) => publishAgain(tx, 7))).toBe('unknown');
    expect((await database.as('app', (tx) => current.read(tx))).number).toBe(1);
    const releases = await database.as('admin', (tx) => listReleases(tx));
    expect(releases.map(({ number, inForce }) => [number, inForce])).toEqual([
      [2, false],
      [1, true],
    ]);
  });
});

it('has no table with personal data that row security does not cover (U-05)', async () => {
  const open = await database.as('owner', (tx) =>
    tx.query<{ table: string }>(
      `SELECT oid::regclass::text AS table FROM pg_class
        WHERE relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity)
          AND relnamespace::regnamespace::text NOT IN ('bus', 'reference', 'pg_catalog', 'information_schema')
          AND relname <> '_prisma_migrations'`,
    ),
  );
  expect(open).toEqual([]);
});

describe('who may write (S-22)', () => {
  it.each(['app', 'worker'] as const)('%s may not', async (login) => {
    for (const statement of [
      `UPDATE reference.product SET supply = 'otc'`,
      'DELETE FROM reference.interaction_rule',
      'DELETE FROM reference.current_release',
    ])
      await expect(database.as(login, (tx) => tx.query(statement))).rejects.toThrow('permission denied');
  });

  it('the catalog administrator sees no screening', async () => {
    await expect(
      database.as('admin', (tx) => tx.query('SELECT * FROM operational.screening')),
    ).rejects.toThrow('permission denied');
    await expect(database.as('app', (tx) => tx.query('SELECT * FROM operational.screening'))).rejects.toThrow(
      'permission denied',
    );
    expect(await database.as('owner', (tx) => tx.query('SELECT * FROM operational.screening'))).toEqual([]);
  });
});

const sortedById = <Rule extends { id: string }>(rules: readonly Rule[]) =>
  rules.toSorted((a, b) => (a.id < b.id ? -1 : 1));
