import { describe, expect, it } from '@jest/globals';
import { amountProblem, fromStripeAmount, toStripeAmount } from './stripe-amount.ts';

describe('an amount as Stripe counts it (P-08)', () => {
  it.each([
    ['EUR', 1_250, 1_250],
    ['JPY', 1_250, 1_250],
    ['KWD', 1_250, 1_250],
    ['ISK', 700, 70_000],
    ['UGX', 5_000, 500_000],
    ['MGA', 12_500, 125],
  ])('%s', (currency, minor, amount) => {
    expect(amountProblem({ minor, currency })).toBeNull();
    expect(toStripeAmount({ minor, currency })).toBe(amount);
    expect(fromStripeAmount(amount, currency.toLowerCase())).toEqual({ minor, currency });
  });

  it.each([
    ['KWD', 1_255],
    ['MGA', 12_550],
    ['ISK', 1_000_000],
  ])('%s of %d minor units cannot be charged', (currency, minor) => {
    expect(amountProblem({ minor, currency })).not.toBeNull();
  });
});
