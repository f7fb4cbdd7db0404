import type { Tx } from '@carethread/bus/transaction.ts';

/** `$1` release, `$2` how many copies of each product. A copy has an id, a code, a company and, one in three, a brand of its own. */
const copies = `CREATE TEMPORARY TABLE copy ON COMMIT DROP AS
  SELECT product.id AS source, md5(product.id || ' ' || number)::uuid AS id, number,
         md5('company ' || number % 2000)::uuid AS company_id,
         CASE WHEN number % 3 = 0 THEN (
           SELECT initcap(string_agg(syllable, '' ORDER BY place))
             FROM (SELECT place, (ARRAY['ba','cor','dex','fi','gra','hum','lo','mi','neu','pra','ri','so','tri','vo','xa','zo'])
                     [1 + get_byte(decode(md5(product.generic_name || number), 'hex'), place) % 16] AS syllable
                     FROM generate_series(0, 3) place) part
         ) END AS brand_name
    FROM reference.product, generate_series(1, $2::int) number WHERE release_id = $1`;
const companies = `INSERT INTO reference.company (release_id, id, name, origin)
  SELECT $1, md5('company ' || number)::uuid, 'Bench company ' || number, 'ndc' FROM generate_series(0, 1999) number
  ON CONFLICT DO NOTHING`;
const products = `INSERT INTO reference.product
  SELECT (jsonb_populate_record(product, jsonb_build_object('id', copy.id, 'brand_name', copy.brand_name, 'brands', '{}'::text[],
            'company_id', copy.company_id, 'origin', 'ndc'))).*
    FROM reference.product JOIN copy ON source = product.id WHERE release_id = $1`;
const parts = ['product_ingredient', 'product_route'].map(
  (table) => `INSERT INTO reference.${table}
  SELECT (jsonb_populate_record(part, jsonb_build_object('product_id', copy.id, 'origin', 'ndc'))).*
    FROM reference.${table} part JOIN copy ON source = product_id WHERE release_id = $1`,
);
const codes = `INSERT INTO reference.product_code (release_id, value, system, product_id, package_code, origin)
  SELECT $1, lpad(row_number() OVER (ORDER BY id)::text, 11, '9'), 'NDC', id, '', 'ndc' FROM copy`;

/**
 * For measuring only: fills the release in force up to `atLeast` products by selling what it has under other companies, one
 * in three under an invented brand, and indexes it again. Needs a login that may make temporary tables.
 */
export async function multiplyProducts(tx: Tx, atLeast: number): Promise<number> {
  const [release] = await tx.query<{ id: string; products: number }>(
    `SELECT release_id AS id, count(*)::int AS products FROM reference.current_release
       JOIN reference.product USING (release_id) GROUP BY release_id`,
  );
  if (!release) throw new Error('There is no release to multiply.');
  const times = Math.ceil(atLeast / release.products) - 1;
  if (times < 1) return release.products;
  await tx.query(copies, [release.id, times]);
  for (const statement of [companies, products, ...parts, codes]) await tx.query(statement, [release.id]);
  await tx.query('ANALYZE reference.product, reference.product_ingredient, reference.product_code');
  await tx.query('SELECT reference.index_release($1)', [release.id]);
  return release.products * (times + 1);
}
