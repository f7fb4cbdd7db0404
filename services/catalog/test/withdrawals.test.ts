import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ProductReinstated, ProductWithdrawn } from '@carethread/contracts/events/catalog.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import type { TestService } from '@carethread/service-kit/testing/test-service.ts';
import { doing, key, startCatalog } from './administration.ts';
import { product } from './shipped-release.ts';

let catalog: TestService;
let run: ReturnType<typeof doing>;
beforeAll(async () => {
  catalog = await startCatalog();
  run = doing(catalog);
});
afterAll(() => catalog?.close());

const admin = person('administrator');
const productId = product('warfarin', 'tablet', 'oral', '5 mg');
const shown =
  'withdrawal { id kind lots recallClass reason version endedAt recordedBy { id } product { id } }';
const search = async () =>
  (
    await catalog.query(
      person('doctor'),
      '{ products(search: "warfarin 5 mg", first: 1) { edges { match { preselectable } node { id withdrawals { id kind lots } } } } }',
    )
  )['products'].edges[0];

describe('a product that is withdrawn or recalled (C-10)', () => {
  it('is told at once, shown in the search, never proposed, and given back', async () => {
    expect(await search()).toMatchObject({
      match: { preselectable: true },
      node: { id: productId, withdrawals: [] },
    });
    const input = { ...key(), productId, recallClass: 'II' };
    const one = await run(admin, 'recallProduct', input, shown);
    expect(one).toMatchObject({
      userErrors: [],
      withdrawal: {
        kind: 'RECALLED',
        lots: null,
        recallClass: 'II',
        version: 1,
        recordedBy: { id: admin.userId },
      },
    });
    expect(await run(admin, 'recallProduct', input, shown)).toEqual(one);
    expect((await run(admin, 'recallProduct', { ...input, ...key() }, shown)).userErrors).toMatchObject([
      { code: 'CONFLICT' },
    ]);
    const { id } = one.withdrawal;
    expect(await search()).toMatchObject({
      match: { preselectable: false },
      node: { withdrawals: [{ id, kind: 'RECALLED', lots: null }] },
    });
    const [told] = await catalog.emitted(ProductWithdrawn);
    expect(told).toMatchObject({
      aggregateId: id,
      sequence: 1,
      actorId: admin.userId,
      data: { withdrawalId: id, productId, kind: 'recalled', recallClass: 2, lots: null },
    });
    expect(JSON.stringify(told!.data)).not.toContain('ward');

    const end = (expectedVersion: number) =>
      run(admin, 'reinstateProduct', { withdrawalId: id, expectedVersion, reason: 'Tested again.' }, shown);
    expect((await end(7)).userErrors).toMatchObject([{ code: 'CONFLICT', currentVersion: 1 }]);
    expect((await end(1)).withdrawal).toMatchObject({ version: 2, endedAt: expect.any(String) });
    expect((await end(2)).userErrors).toMatchObject([{ code: 'ILLEGAL_MOVE' }]);
    expect(await catalog.emitted(ProductReinstated)).toMatchObject([{ aggregateId: id, sequence: 2 }]);
    expect((await search()).match.preselectable).toBe(true);
    const { productWithdrawals } = await catalog.query(
      admin,
      '{ productWithdrawals(ended: true) { edges { node { id endReason product { id } } } } }',
    );
    expect(productWithdrawals.edges).toEqual([
      { node: { id, endReason: 'Tested again.', product: { id: productId } } },
    ]);
  });

  it('by lots stays a choice, and says which lots', async () => {
    const { withdrawal } = await run(
      admin,
      'withdrawProduct',
      { ...key(), productId, lots: ['AB-1', 'AB-2'] },
      shown,
    );
    expect(await search()).toMatchObject({
      match: { preselectable: true },
      node: { withdrawals: [{ id: withdrawal.id, kind: 'WITHDRAWN', lots: ['AB-1', 'AB-2'] }] },
    });
  });

  it('is refused where it makes no sense, field by field', async () => {
    const refused = async (name: string, more: object) =>
      (await run(admin, name, { ...key(), productId, ...more }, shown)).userErrors;
    expect(await refused('withdrawProduct', { productId: newId() })).toMatchObject([
      { code: 'NOT_FOUND', path: ['input', 'productId'] },
    ]);
    expect(await refused('withdrawProduct', { lots: [] })).toMatchObject([
      { code: 'INVALID', path: ['input', 'lots'] },
    ]);
    expect(await refused('withdrawProduct', { lots: ['A', ' - '] })).toMatchObject([
      { code: 'INVALID', path: ['input', 'lots', '1'] },
    ]);
    expect(await refused('withdrawProduct', { reason: 'x' })).toMatchObject([
      { code: 'INVALID', path: ['input', 'reason'] },
    ]);
  });
});
