import type { TestService } from '@carethread/service-kit/testing/test-service.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import type { ScoredHit } from '@carethread/catalog/benchmark/score.ts';
import MiniSearch from 'minisearch';
import type pg from 'pg';

/** Something that answers twenty products to a text. */
export interface Engine {
  readonly name: string;
  /** Megabytes beside the products themselves. */
  readonly megabytes: number;
  search(text: string): Promise<{ id: string; preselectable: boolean }[]>;
}

const first = 20;
const inForce = '(SELECT release_id FROM reference.current_release)';
const doctor = person('doctor');

export async function catalogInSql(pool: pg.Pool): Promise<Engine> {
  const statement = {
    name: 'search',
    text: 'SELECT product_id AS id, preselectable FROM reference.search_products($1)',
  };
  return {
    name: 'catalog, SQL function',
    megabytes: await sizeOf(pool, "relname LIKE 'search\\_%'"),
    search: async (text) => {
      const codes = /^\d{7,14}$|^[A-Z]\d\d[A-Z]{2}\d\d$/.test(text) ? [text] : [];
      if (codes.length === 0) return (await pool.query({ ...statement, values: [text] })).rows;
      const byCode = 'SELECT product_id AS id, preselectable FROM reference.search_products($1, codes => $2)';
      return (await pool.query({ name: 'code', text: byCode, values: [text, codes] })).rows;
    },
  };
}

/** Through the service: GraphQL, token, row security, and what a list shows of each product. */
export function catalogInGraphQl(service: TestService): Engine {
  const query = `query S($text: String!) { products(search: $text, first: ${first}) {
    edges { node { id name strength form { name } } match { reason text preselectable } } } }`;
  return {
    name: 'catalog, GraphQL',
    megabytes: 0,
    search: async (text) =>
      (await service.query(doctor, query, { text }))['products'].edges.map(
        ({ node, match }: { node: { id: string }; match: { preselectable: boolean } }) => ({
          id: node.id,
          preselectable: match.preselectable,
        }),
      ),
  };
}

const unsure = ({ id }: { id: string }) => ({ id, preselectable: false });

export function ilike(pool: pg.Pool): Engine {
  return {
    name: 'ILIKE',
    megabytes: 0,
    search: async (text) => {
      const words = text.split(/\s+/).filter(Boolean);
      const where = words.map(
        (_, n) =>
          `concat_ws(' ', brand_name, generic_name, array_to_string(brands, ' '), strength, form_code) ILIKE $${n + 1}`,
      );
      const { rows } = await pool.query(
        `SELECT id FROM reference.product WHERE ${[`release_id = ${inForce}`, ...where].join(' AND ')} LIMIT ${first}`,
        words.map((word) => `%${word}%`),
      );
      return rows.map(unsure);
    },
  };
}

/** PostgreSQL's own full text over the same words, ranked as it ranks. */
export async function fullText(pool: pg.Pool): Promise<Engine> {
  await pool.query(`CREATE TABLE reference.bench_text AS
    SELECT document.id, to_tsvector('simple', document.text) AS words FROM (${documents}) document`);
  await pool.query('CREATE INDEX bench_text_words ON reference.bench_text USING gin (words)');
  await pool.query('ANALYZE reference.bench_text');
  const text = `SELECT id FROM reference.bench_text, to_tsquery('simple', $1) question
    WHERE words @@ question ORDER BY ts_rank(words, question) DESC LIMIT ${first}`;
  return {
    name: 'PostgreSQL full text',
    megabytes: await sizeOf(pool, "relname = 'bench_text'"),
    search: async (asked) => {
      const words = asked
        .toLowerCase()
        .split(/[^\p{Letter}\p{Number}]+/u)
        .filter(Boolean);
      if (words.length === 0) return [];
      const values = [words.map((word) => `${word}:*`).join(' & ')];
      return (await pool.query({ name: 'text', text, values })).rows.map(unsure);
    },
  };
}

export async function inMemory(pool: pg.Pool): Promise<Engine> {
  const { rows } = await pool.query<{ id: string; text: string }>(documents);
  const before = heap();
  const index = new MiniSearch({
    fields: ['text'],
    searchOptions: { prefix: true, fuzzy: 0.2, combineWith: 'AND' },
  });
  index.addAll(rows);
  const megabytes = heap() - before;
  return {
    name: 'minisearch',
    megabytes,
    search: async (text) =>
      index
        .search(text)
        .slice(0, first)
        .map(({ id }) => ({ id, preselectable: false })),
  };
}

const documents = `SELECT product.id, concat_ws(' ', brand_name, generic_name, array_to_string(brands, ' '), strength, form.name, (
      SELECT string_agg(label.name, ' ') FROM reference.product_ingredient part
        JOIN reference.search_label label USING (release_id, ingredient_code)
       WHERE release_id = product.release_id AND product_id = product.id)) AS text
  FROM reference.product JOIN reference.dosage_form form ON form.release_id = product.release_id AND form.code = form_code
 WHERE product.release_id = ${inForce}`;

const sizeOf = async (pool: pg.Pool, which: string): Promise<number> =>
  (
    await pool.query(
      `SELECT (sum(pg_total_relation_size(oid)) / 1e6)::float AS size FROM pg_class
        WHERE relnamespace = 'reference'::regnamespace AND relkind = 'r' AND ${which}`,
    )
  ).rows[0].size;
const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};

/** What an engine's answer is for the list of misspellings. */
export async function scoredHits(pool: pg.Pool, engine: Engine, text: string): Promise<ScoredHit[]> {
  const hits = await engine.search(text);
  const { rows } = await pool.query<{ id: string; ingredients: string[] }>(
    `SELECT product_id AS id, array_agg(ingredient_code) AS ingredients FROM reference.product_ingredient
      WHERE release_id = ${inForce} AND product_id = ANY ($1) GROUP BY 1`,
    [hits.map(({ id }) => id)],
  );
  const ingredients = new Map(rows.map((row) => [row.id, row.ingredients]));
  return hits.map(({ id, preselectable }) => ({ ingredients: ingredients.get(id) ?? [], preselectable }));
}
