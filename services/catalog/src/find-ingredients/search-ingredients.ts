import type { Tx } from '@carethread/bus/transaction.ts';
import type { Page } from '@carethread/service-kit/page.ts';
import type { MatchReason } from '../generated/graphql.ts';
import { sayGone } from '../searching/search-products.ts';

/** Where an ingredient stands in a list. */
export interface IngredientPlace {
  readonly release: string;
  readonly number: number;
}
export interface IngredientHit extends IngredientPlace {
  readonly code: string;
  readonly reason: MatchReason;
  /** The name or code that matched. */
  readonly matched: string;
  readonly preselectable: boolean;
  readonly lookAlikes: readonly string[];
}

const page = `SELECT release_id AS release, number, ingredient_code AS code, reason, matched, preselectable,
    look_alikes AS "lookAlikes"
  FROM reference.search_ingredients($1, $2, $3, $4)`;

/** Ingredients that a text may mean, the best first; one more than `first` if more follow. */
export const searchIngredients = (
  tx: Tx,
  { text, language }: { text: string; language?: string | null | undefined },
  { first, after }: Page<IngredientPlace>,
): Promise<IngredientHit[]> =>
  tx
    .query<IngredientHit>(page, [
      text,
      first,
      after && JSON.stringify([after.release, after.number]),
      language ?? null,
    ])
    .catch(sayGone);
