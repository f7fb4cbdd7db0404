import type { QueryResolvers } from '../generated/graphql.ts';
import { badInput, countOf } from '../graphql/page.ts';
import { rankIngredients } from './rank-ingredients.ts';

export const ingredientsResolver: QueryResolvers['ingredients'] = async (
  _,
  { search, first },
  { reader },
) => {
  if (search.length > 200) throw badInput('search must have at most 200 characters.');
  const { id, ingredientNames } = await reader.release();
  const codes = rankIngredients(search, ingredientNames, countOf(first));
  const found = await Promise.all(codes.map((code) => reader.ingredient(id, code)));
  return found.filter((each) => each !== null);
};
