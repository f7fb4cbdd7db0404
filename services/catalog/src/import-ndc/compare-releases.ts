import type { Tx } from '@carethread/bus/transaction.ts';

/** How a release differs from the one before it, in products. */
export interface ReleaseDifference {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly unchanged: number;
}

const compare = `SELECT count(*) FILTER (WHERE old.id IS NULL)::int AS added,
    count(*) FILTER (WHERE new.id IS NULL)::int AS removed,
    count(*) FILTER (WHERE old.id = new.id AND old.shown IS DISTINCT FROM new.shown)::int AS changed,
    count(*) FILTER (WHERE old.id = new.id AND old.shown IS NOT DISTINCT FROM new.shown)::int AS unchanged
  FROM (SELECT id, (generic_name, brand_name, form_code, strength, supply, schedule) AS shown
          FROM reference.product WHERE release_id = $1) old
  FULL JOIN (SELECT id, (generic_name, brand_name, form_code, strength, supply, schedule) AS shown
          FROM reference.product WHERE release_id = $2) new ON old.id = new.id`;

export const compareReleases = async (tx: Tx, before: string, after: string): Promise<ReleaseDifference> =>
  (await tx.query<ReleaseDifference>(compare, [before, after]))[0]!;
