import { describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { line, lot, now, refused } from '../../test/examples.ts';
import { checkNextFill, checkProducts, isAbout, productGiven, stopping, told } from './withdrawal.ts';
import type { ProductWithdrawal } from './product-withdrawal.ts';

const productId = newId<'Product'>();
const recall = (more: Partial<ProductWithdrawal> = {}): ProductWithdrawal => ({
  id: newId<'Withdrawal'>(),
  productId,
  kind: 'recalled',
  lots: null,
  recallClass: 1,
  effectiveFrom: now,
  ...more,
});
const before = new Date(now.getTime() - 1);

describe('a withdrawal (C-10)', () => {
  it('stops the product from its moment on, and nothing else', () => {
    expect(stopping([recall()], productId, now)).toBeDefined();
    expect(stopping([recall()], productId, before)).toBeUndefined();
    expect(stopping([recall()], newId(), now)).toBeUndefined();
    expect(stopping([recall()], null, now)).toBeUndefined();
  });

  it('of lots stops those lots, however they are typed', () => {
    const lots = [recall({ lots: ['AB123'] })];
    expect(stopping(lots, productId, now)).toBeUndefined();
    for (const typed of ['AB123', 'ab-123', ' Ab 123 '])
      expect(stopping(lots, productId, now, typed)).toBeDefined();
    expect(stopping(lots, productId, now, 'AB1234')).toBeUndefined();
    expect(isAbout(lots[0]!, { productId, lot: 'ab 123' })).toBe(true);
    expect(isAbout(lots[0]!, { productId: newId(), lot: 'AB123' })).toBe(false);
  });

  it('is about what is in the hand: the substitute, if there is one', () => {
    const prescribed = line({ productId });
    const other = newId<'Product'>();
    const substitution = {
      productText: 'Other',
      productId: other,
      type: 'generic',
      reason: 'regulatory',
    } as const;
    expect(productGiven(prescribed, lot(1))).toBe(productId);
    expect(productGiven(prescribed, lot(1, { substitution }))).toBe(other);
    expect(
      productGiven(prescribed, lot(1, { substitution: { ...substitution, productId: null } })),
    ).toBeNull();
  });

  it('refuses signing at each line of it', () => {
    const lines = [line(), line({ productId }), line({ productId })];
    const refusal = checkProducts(lines, [recall()], now);
    expect(refused(refusal)).toEqual(['BLOCKED', 'BLOCKED']);
    expect(refusal!.userErrors.map(({ path }) => path[1])).toEqual(['1', '2']);
    expect(checkProducts(lines, [recall({ lots: ['L1'] })], now)).toBeNull();
  });

  it('stops a further fill only when nothing may stand in', () => {
    expect(checkNextFill([line({ productId })], [recall()], now)).toBeNull();
    expect(
      refused(checkNextFill([line({ productId, substitutionAllowed: false })], [recall()], now)),
    ).toEqual(['BLOCKED']);
  });

  it('says what it is', () => {
    expect(told(recall({ recallClass: 2 }))).toBe('The product is recalled (class II).');
    expect(told(recall({ kind: 'withdrawn', recallClass: null, lots: ['L1'] }))).toBe(
      'This lot is withdrawn.',
    );
  });
});
