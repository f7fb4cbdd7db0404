import { pageSize } from '@carethread/service-kit/page.ts';
import { decimalText, exact } from '../amount/exact.ts';
import { strengthText } from '../amount/strength.ts';
import type {
  ControlledSchedule,
  GenericGroupResolvers,
  GenericKind,
  Jurisdiction,
  MarketStatus,
  ProductIngredientResolvers,
  ProductResolvers,
  QueryResolvers,
} from '../generated/graphql.ts';
import { productName } from './product.ts';

export const productResolver: QueryResolvers['product'] = (_, { id }, { reader }) => reader.product(id);

export const catalogReleaseResolver: QueryResolvers['catalogRelease'] = async (_, __, { reader }) => {
  const { id, number } = await reader.release();
  return { id, number };
};

export const productFields: ProductResolvers = {
  __resolveReference: ({ id }, { reader }) => reader.product(id),
  name: productName,
  brands: ({ brands }) => [...brands],
  routes: ({ routes }) => [...routes],
  supply: ({ supply }) => (supply === 'otc' ? 'OVER_THE_COUNTER' : 'PRESCRIPTION_ONLY'),
  schedule: ({ schedule }) => schedule as ControlledSchedule | null,
  category: async ({ category }, _, { reader }) => {
    const name = category && (await reader.release()).categories.get(category);
    return category && name ? { code: category, name } : null;
  },
  origin: ({ origin }) => {
    if (origin === 'local') return 'LOCAL';
    return origin === 'formulary' ? 'FORMULARY' : 'IMPORTED';
  },
  withdrawals: ({ id }, _, { administration }) => administration.withdrawals.load(id),
  codes: (product, _, { reader }) => reader.codesOf(product),
  packages: (product, _, { reader }) => reader.packagesOf(product),
  prices: async (product, _, { reader }) =>
    (await reader.packagesOf(product)).flatMap(({ prices }) => prices),
  genericGroups: (product, _, { reader }) => reader.genericGroupsOf(product),
  jurisdiction: ({ jurisdiction }) => jurisdiction as Jurisdiction | null,
  printedName: ({ printedName: name, language }) => (name && language ? { name, language } : null),
  marketStatus: ({ marketStatus }) => marketStatus.toUpperCase() as MarketStatus,
  equivalents: async ({ releaseId, id }, { first }, { database, actor, reader }) => {
    const rows = await database.asActor(actor, (tx) =>
      tx.query<{ id: string }>('SELECT reference.equivalents_of($1, $2, $3) AS id', [
        releaseId,
        id,
        pageSize(first),
      ]),
    );
    const products = await Promise.all(rows.map((row) => reader.product(row.id)));
    return products.filter((each) => each !== null);
  },
  lookAlikes: async ({ ingredients }, _, { reader }) => {
    const { lookAlikes } = await reader.release();
    return [...new Set(ingredients.flatMap(({ ingredientCode }) => lookAlikes.get(ingredientCode) ?? []))];
  },
};

export const genericGroupFields: GenericGroupResolvers = {
  kind: ({ kind }) => kind.toUpperCase() as GenericKind,
  others: async ({ others }, _, { reader }) =>
    (await Promise.all(others.map((id) => reader.product(id)))).filter((each) => each !== null),
};

export const productIngredientFields: ProductIngredientResolvers = {
  ingredient: async ({ releaseId, ingredientCode }, _, { reader }) => {
    const ingredient = await reader.ingredient(releaseId, ingredientCode);
    if (!ingredient) throw new Error('An ingredient of a product is in its release.');
    return ingredient;
  },
  strength: ({ numerator, numeratorUnit, denominator, denominatorUnit }) =>
    numerator && numeratorUnit && denominator && denominatorUnit
      ? strengthText({
          amount: plain(numerator),
          unit: numeratorUnit,
          perAmount: plain(denominator),
          perUnit: denominatorUnit,
        })
      : null,
};

const plain = (number: string): string => decimalText(exact(number)!, 12);
