import { derivedId, type Id } from '@carethread/contracts/ids.ts';
import { type Strength, strengthText } from '../amount/strength.ts';

export type ProductId = Id<'Product'>;

const namespace = '0d6a9f5e-2b7c-5e0f-9a53-6f1d1c0b8e21';

/** A product keeps its id from release to release: it follows from what the product is. */
export const formularyProductId = (
  ingredients: readonly string[],
  form: string,
  route: string,
  strengths: readonly Strength[],
): ProductId =>
  derivedId(
    namespace,
    ['formulary', ingredients.join('+'), form, route, strengths.map(strengthText).join('+')].join('|'),
  );

/** A French product by its CIS code. */
export const cisProductId = (cis: string): ProductId => derivedId(namespace, `cis|${cis}`);

export const ndcProductId = (ndc: string): ProductId => derivedId(namespace, `ndc|${ndc}`);
