import { isId } from '@carethread/contracts/ids.ts';
import { badInput } from '@carethread/service-kit/bad-input.ts';
import { type Connection, pageConnection, pageOf, partsIn } from '@carethread/service-kit/page.ts';
import type { IngredientEdgeResolvers, QueryResolvers } from '../generated/graphql.ts';
import { type IngredientHit, type IngredientPlace, searchIngredients } from './search-ingredients.ts';

/** A page of hits, before its ingredients are read. */
export type IngredientPage = Connection<IngredientHit>;
export type IngredientHitEdge = IngredientPage['edges'][number];

export const ingredientsResolver: QueryResolvers['ingredients'] = async (
  _,
  { search: text, language, ...wish },
  { database, actor, reader },
): Promise<IngredientPage> => {
  if (text.length > 200) throw badInput('search must have at most 200 characters.');
  const page = pageOf(wish, placeIn);
  const [rows] = await Promise.all([
    database.asActor(actor, (tx) => searchIngredients(tx, { text, language }, page)),
    reader.release(),
  ]);
  return pageConnection(rows, page, ({ release, number }) => JSON.stringify([release, number]));
};

function placeIn(text: string): IngredientPlace | null {
  const [release, number] = partsIn(text);
  return isId(release) && Number.isInteger(number) ? { release, number: number as number } : null;
}

export const ingredientEdgeFields: IngredientEdgeResolvers = {
  node: async ({ node: { release, code } }, _, { reader }) => {
    const ingredient = await reader.ingredient(release, code);
    if (!ingredient) throw new Error('A hit is an ingredient of the release it was found in.');
    return ingredient;
  },
  match: ({ node: { reason, matched, preselectable, lookAlikes } }) => ({
    reason,
    text: matched,
    preselectable,
    lookAlikes: [...lookAlikes],
  }),
};
