import { badInput } from '@carethread/service-kit/bad-input.ts';
import { elementDate } from '../codes/element-string.ts';
import { readCode, type ReadCode } from '../codes/read-code.ts';
import type { CodeReadingResolvers, QueryResolvers } from '../generated/graphql.ts';

/** A code with the day it was read on: two digits of a year mean the nearest such year. */
export interface Reading extends ReadCode {
  readonly readAt: Date;
}

export const readCodeResolver: QueryResolvers['readCode'] = (_, { code }, { now }) => {
  if (code.length > 200) throw badInput('code must have at most 200 characters.');
  const read = readCode(code);
  return read && { ...read, readAt: now() };
};

/** More products never share a code but by mistake. */
const mostMatches = 20;
const withCode = `SELECT product_id AS "productId", package_code AS "packageCode" FROM reference.product_code
  WHERE release_id = $1 AND value = ANY ($2::text[])
  GROUP BY product_id, package_code ORDER BY product_id, package_code LIMIT ${mostMatches}`;

export const codeReadingFields: CodeReadingResolvers = {
  expiresOn: ({ expiry, readAt }) => expiry && elementDate(expiry, readAt),
  matches: async ({ values }, _, { database, actor, reader }) => {
    const { id } = await reader.release();
    const rows = await database.asActor(actor, (tx) =>
      tx.query<{ productId: string; packageCode: string }>(withCode, [id, values]),
    );
    return Promise.all(
      rows.map(async ({ productId, packageCode }) => {
        const product = await reader.product(productId);
        if (!product) throw new Error('A code belongs to a product of its release.');
        const packages = packageCode === '' ? [] : await reader.packagesOf(product);
        return { product, package: packages.find(({ code }) => code === packageCode) ?? null };
      }),
    );
  },
};
