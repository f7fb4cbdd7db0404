import type { Tx } from '@carethread/bus/transaction.ts';
import { reviewed } from '../release/concerns.ts';
import type { ReleaseRef } from '../release/publish-release.ts';
import { replacePart } from '../release/replace-part.ts';
import { insertRows } from '../release/rows.ts';
import { formularyRows } from './formulary-rows.ts';
import { formularyHash, readFormulary } from './read-formulary.ts';

/**
 * Makes a release with the shipped formulary and puts it into force; imported parts stay in it. Does nothing when the
 * release in force was made from the same files.
 */
export async function loadFormulary(tx: Tx): Promise<{ release: ReleaseRef; loaded: boolean }> {
  const { outcome, release } = await replacePart(
    tx,
    {
      origin: 'formulary',
      contentHash: formularyHash(),
      sourceName: 'Carethread formulary',
      sourceDate: null,
      licence: 'CC0-1.0',
      async write(into, id) {
        const formulary = readFormulary();
        for (const [table, rows] of formularyRows(id, formulary)) await insertRows(into, table, rows);
        const { ingredients, products } = formulary;
        return {
          ingredients: ingredients.length,
          products: products.reduce((sum, { strengths }) => sum + strengths.length, 0),
        };
      },
    },
    reviewed,
  );
  return { release, loaded: outcome !== 'unchanged' };
}
