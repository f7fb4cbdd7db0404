import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { loadFormulary } from '../src/formulary/load-formulary.ts';
import { type CatalogDatabase, createCatalogDatabase } from './catalog-database.ts';
import { multiplyProducts } from '../src/benchmark/multiply-products.ts';

let database: CatalogDatabase;
let client: pg.Client;
let release: string;
beforeAll(async () => {
  database = await createCatalogDatabase();
  await database.as('admin', loadFormulary);
  await database.as('owner', (tx) => multiplyProducts(tx, 20_000));
  client = new pg.Client(database.appUrl);
  await client.connect();
  release = (await client.query('SELECT release_id FROM reference.current_release')).rows[0].release_id;
}, 600_000);
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: Plan[];
}
const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

/** The plan PostgreSQL makes once and keeps, whatever the values. */
async function planOf(statement: string, types: string): Promise<Plan[]> {
  await client.query('SET plan_cache_mode = force_generic_plan');
  await client.query(`PREPARE planned (${types}) AS ${statement}`);
  const values = types.split(',').map(() => 'NULL');
  const { rows } = await client.query(`EXPLAIN (FORMAT JSON) EXECUTE planned (${values.join()})`);
  await client.query('DEALLOCATE planned');
  await client.query('RESET plan_cache_mode');
  return nodes(rows[0]['QUERY PLAN'][0].Plan as Plan);
}
const indexes = (plan: readonly Plan[]) => plan.flatMap((each) => each['Index Name'] ?? []);
const readWhole = (plan: readonly Plan[]) =>
  plan.filter((each) => each['Node Type'] === 'Seq Scan').map((each) => each['Relation Name']);

describe('plans over 20,000 products (S-24)', () => {
  it.each([
    [
      'a term',
      `SELECT places FROM reference.search_posting WHERE release_id = $1 AND kind = $2 AND term = $3`,
    ],
    [
      'a beginning',
      `SELECT places FROM reference.search_posting WHERE release_id = $1 AND kind = $2 AND term >= $3
          AND term < $3 || U&'\\FFFF' COLLATE "C"`,
    ],
  ])('%s is a range of the index', async (_, statement) => {
    const plan = await planOf(statement, 'uuid,text,text');
    expect(indexes(plan)).toEqual(['search_posting_pkey']);
    expect(readWhole(plan)).toEqual([]);
  });

  it('words that look alike come from the trigram index, those that sound alike from theirs', async () => {
    const alike = await planOf(
      'SELECT word FROM reference.search_word WHERE release_id = $1 AND word OPERATOR(public.%) $2',
      'uuid,text',
    );
    expect(indexes(alike)).toEqual(['search_word_alike']);
    const sounds = await planOf(
      'SELECT word FROM reference.search_word WHERE release_id = $1 AND skeleton = $2',
      'uuid,text',
    );
    expect(indexes(sounds)).toEqual(['search_word_skeletons']);
  });

  /** Which large tables a search reads whole, and how many blocks it reads. */
  async function reads(statement: string): Promise<{ whole: string[]; buffers: number }> {
    await client.query('BEGIN');
    const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${statement}`);
    const scanned = await client.query(
      `SELECT relname FROM pg_class
        WHERE relnamespace = 'reference'::regnamespace AND relkind = 'r' AND pg_stat_get_xact_numscans(oid) > 0
          AND relname IN ('search_posting', 'search_document', 'search_word', 'search_label', 'product',
                'product_ingredient', 'product_code')`,
    );
    await client.query('COMMIT');
    const plan = rows[0]['QUERY PLAN'][0].Plan;
    return {
      whole: scanned.rows.map(({ relname }) => relname),
      buffers: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
    };
  }

  it.each([
    '',
    'a',
    'tablet',
    'sodium',
    '10 mg',
    'acetaminophen',
    'lisinopril 10 mg tablet',
    'lipitro',
    'amoxi cillin',
  ])('a search for "%s" reads its page, not the catalog', async (text) => {
    const search = `SELECT * FROM reference.search_products(${client.escapeLiteral(text)})`;
    // By the sixth time PostgreSQL may keep one plan for all values.
    for (let time = 0; time < 8; time++) await reads(search);
    const { whole, buffers } = await reads(search);
    expect(whole).toEqual([]);
    // 20,000 products are more than 4,000 blocks, the postings of the commonest words 30.
    expect(buffers).toBeLessThan(3_000);
  });

  it('the index of a code is asked for codes', async () => {
    const plan = await planOf(
      `SELECT place FROM reference.product_code JOIN reference.search_document USING (release_id, product_id)
        WHERE release_id = $1 AND value = ANY ($2)`,
      'uuid,text[]',
    );
    expect(readWhole(plan)).toEqual([]);
  });

  it('all places are 1, 2, 3 …, in the order of lists', async () => {
    const { rows } = await client.query(
      `SELECT count(*)::int AS products, max(place)::int AS last, min(place)::int AS first
         FROM reference.search_document WHERE release_id = $1`,
      [release],
    );
    expect(rows[0]).toEqual({ products: rows[0].last, last: rows[0].last, first: 1 });
    expect(rows[0].products).toBeGreaterThanOrEqual(20_000);
  });
});
