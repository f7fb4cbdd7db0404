import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { inTransaction } from '@carethread/bus/transaction.ts';
import { ProductReinstated, ProductWithdrawn } from '@carethread/contracts/events/catalog.ts';
import { newId } from '@carethread/contracts/ids.ts';
import type { TestService } from '@carethread/service-kit/testing/test-service.ts';
import { reviewed } from '../src/release/concerns.ts';
import type { ProductId } from '../src/release/product-id.ts';
import { productRows } from '../src/release/product-row.ts';
import { publishAgain } from '../src/release/publish-again.ts';
import { replacePart } from '../src/release/replace-part.ts';
import { insertRows } from '../src/release/rows.ts';
import { asAdmin, startCatalog } from './administration.ts';

jest.setTimeout(120_000);
const clock = { now: new Date() };
let catalog: TestService;
beforeAll(async () => {
  catalog = await startCatalog({ now: () => clock.now });
  await catalog.drain();
});
afterAll(() => catalog?.close());

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const [gone, ended, ends, stays, wasOver] = Array.from(
  { length: 5 },
  () => newId<'Product'>() as unknown as ProductId,
);

/** A list with these products, each with the last day it is sold. */
const list = async (contentHash: string, products: [ProductId, string | null][]) => {
  await asAdmin(catalog, (pool) =>
    inTransaction(pool, (tx) =>
      replacePart(
        tx,
        {
          origin: 'ndc',
          contentHash,
          sourceName: 'A list',
          sourceDate: null,
          licence: 'none',
          async write(into, release) {
            const rows = products.map(([id, end]) =>
              productRows(release, {
                id,
                origin: 'ndc',
                genericName: 'Warfarin',
                brandName: `Brand ${id}`,
                brands: [],
                form: { code: 'tablet' },
                routes: ['oral'],
                ingredients: [{ code: 'warfarin', strength: null }],
                supply: 'rx',
                schedule: null,
                category: null,
                companyId: null,
                market: { jurisdiction: 'US', status: 'marketed', start: null, end },
              }),
            );
            await insertRows(
              into,
              'product',
              rows.map(({ product }) => product),
            );
            return { products: rows.length };
          },
        },
        reviewed,
      ),
    ),
  );
  await catalog.drain();
};
const told = async (definition: typeof ProductWithdrawn | typeof ProductReinstated) =>
  (await catalog.emitted<{ productId: string }>(definition as never)).map(({ data }) => data.productId);

describe('what an import says about being sold (C-10)', () => {
  it('withdraws what leaves the list or comes to its end, not what was over before', async () => {
    await list('one', [
      [gone!, null],
      [ended!, null],
      [ends!, day(1)],
      [stays!, null],
      [wasOver!, day(-100)],
    ]);
    expect(await told(ProductWithdrawn)).toEqual([]);
    await list('two', [
      [ended!, day(-1)],
      [ends!, day(1)],
      [stays!, null],
      [wasOver!, day(-100)],
    ]);
    expect((await told(ProductWithdrawn)).toSorted()).toEqual([gone!, ended!].toSorted());
    clock.now = new Date(Date.now() + 3 * 86_400_000);
    await catalog.drain();
    expect((await told(ProductWithdrawn)).slice(2)).toEqual([ends]);
  });

  it('gives back what is in the list again, and takes nothing away by a roll-back', async () => {
    await list('three', [
      [gone!, null],
      [ended!, day(-1)],
      [ends!, day(1)],
      [stays!, null],
    ]);
    expect(await told(ProductReinstated)).toEqual([gone]);
    const before = (await told(ProductWithdrawn)).length;
    expect(before).toBe(4);
    await asAdmin(catalog, (pool) => inTransaction(pool, (tx) => publishAgain(tx, 1)));
    await catalog.drain();
    expect((await told(ProductWithdrawn)).length).toBe(before);
  });
});
