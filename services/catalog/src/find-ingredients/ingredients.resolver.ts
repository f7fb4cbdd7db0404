import { badInput } from '@carethread/service-kit/bad-input.ts';
import { pageSize } from '@carethread/service-kit/page.ts';
import type { QueryResolvers } from '../generated/graphql.ts';
import { rankIngredients } from './rank-ingredients.ts';

export const ingredientsResolver: QueryResolvers['ingredients'] = async (
  _,
  { search, first },
  { reader },
) => {
  if (search.length > 200) throw badInput('search must have at most 200 characters.');
  const { id, ingredientNames } = await reader.release();
  const codes = rankIngredients(search, ingredientNames, pageSize(first));
  const found = await Promise.all(codes.map((code) => reader.ingredient(id, code)));
  return found.filter((each) => each !== null);
};
