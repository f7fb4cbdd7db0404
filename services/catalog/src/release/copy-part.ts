import type { Tx } from '@carethread/bus/transaction.ts';
import type { Origin } from './part.ts';
import { type ReleaseTable, releaseTables } from './rows.ts';

/** Who names rows of the tables that parts share: the table, its columns, and the columns they point to. */
const references: readonly (readonly [ReleaseTable, ReleaseTable, string, string])[] = [
  ['ingredient', 'ingredient_synonym', 'ingredient_code', 'code'],
  ['ingredient', 'ingredient_code', 'ingredient_code', 'code'],
  ['ingredient', 'ingredient_approval', 'ingredient_code', 'code'],
  ['ingredient', 'ingredient_class_member', 'ingredient_code', 'code'],
  ['ingredient', 'look_alike', 'a', 'code'],
  ['ingredient', 'look_alike', 'b', 'code'],
  ['ingredient', 'product_ingredient', 'ingredient_code', 'code'],
  ['ingredient', 'dosage_guideline', 'ingredient', 'code'],
  ['ingredient_class', 'ingredient_class_member', 'class_code', 'code'],
  ['dosage_form', 'product', 'form_code', 'code'],
  ['route', 'product_route', 'route_code', 'code'],
  ['company', 'product', 'company_id', 'id'],
];

/** The rows of a part as they came: with those that a change made here took out. $1 is the release, $3 the part. */
const asTheyCame = (
  table: ReleaseTable,
) => `(SELECT * FROM reference.${table} WHERE release_id = $1 AND origin = $3
    UNION ALL SELECT original.* FROM reference.shadowed_row shadow,
           jsonb_populate_record(NULL::reference.${table}, shadow."row") original
     WHERE shadow.release_id = $1 AND shadow.origin = $3 AND shadow.table_name = '${table}')`;

/**
 * Copies one part of a release into another, as it came: what was changed here is applied again when all parts are there,
 * so there is nothing to copy of the local part. What the other already has stays as it is: an ingredient that was imported
 * before and is in the formulary now is the formulary's. What the part needs and its owner no longer brings comes with
 * it, as a thing nobody reviewed: a product never loses its ingredient because another part changed.
 */
export async function copyPart(tx: Tx, from: string, to: string, origin: Origin): Promise<void> {
  if (origin === 'local') return;
  const columns = await columnsOf(tx);
  for (const table of releaseTables) {
    const mine = columns.get(table)!;
    const copied = (changed: Record<string, string>) =>
      mine.map((column) => changed[column] ?? `each."${column}"`).join(', ');
    const into = `INSERT INTO reference.${table} (${mine.map((column) => `"${column}"`).join(', ')})`;
    await tx.query(
      `${into} SELECT ${copied({ release_id: '$2::uuid' })} FROM ${asTheyCame(table)} each
        ON CONFLICT DO NOTHING`,
      [from, to, origin],
    );
    for (const [, user, column, key] of references.filter(([target]) => target === table))
      await tx.query(
        `${into} SELECT ${copied({ release_id: '$2::uuid', origin: '$3::text', reviewed: 'false' })} FROM reference.${table} each
          WHERE release_id = $1 AND origin <> $3 AND ${key} IN
            (SELECT ${column} FROM ${asTheyCame(user)} each)
         ON CONFLICT DO NOTHING`,
        [from, to, origin],
      );
  }
}

/** The columns that can be written, by table. */
async function columnsOf(tx: Tx): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await tx.query<{ table: string; columns: string[] }>(
    `SELECT relname AS table, array_agg(attname::text ORDER BY attnum) AS columns
       FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
      WHERE relnamespace = 'reference'::regnamespace AND relname = ANY ($1) AND attnum > 0 AND NOT attisdropped
        AND attgenerated = ''
      GROUP BY relname`,
    [releaseTables],
  );
  return new Map(rows.map(({ table, columns }) => [table, columns]));
}
