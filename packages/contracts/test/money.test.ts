import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { currencySchema, largestMinor, minorDigits, minorSchema, moneyText } from '../src/money.ts';

describe('money (P-08)', () => {
  it.each([
    [1250, 'EUR', '12.50 EUR'],
    [5, 'USD', '0.05 USD'],
    [0, 'USD', '0.00 USD'],
    [-5, 'USD', '-0.05 USD'],
    [1250, 'JPY', '1250 JPY'],
    [0, 'JPY', '0 JPY'],
    [1250, 'KWD', '1.250 KWD'],
    [7, 'BHD', '0.007 BHD'],
    [99_999_999, 'CHF', '999999.99 CHF'],
  ])('%d of %s is %s', (minor, currency, text) => {
    expect(moneyText({ minor, currency })).toBe(text);
  });

  it.each([
    ['JPY', 0],
    ['KRW', 0],
    ['USD', 2],
    ['MRU', 2],
    ['KWD', 3],
    ['TND', 3],
  ])('%s has %d digits behind the point', (currency, digits) => {
    expect(minorDigits(currency)).toBe(digits);
  });

  it('reads back as the same number of minor units, whatever the currency', () => {
    const currencies = ['JPY', 'EUR', 'KWD'];
    fc.assert(
      fc.property(
        fc.constantFrom(...currencies),
        fc.integer({ min: -largestMinor, max: largestMinor }),
        (currency, minor) => {
          const [amount] = moneyText({ minor, currency }).split(' ');
          expect(BigInt(amount!.replace('.', ''))).toBe(BigInt(minor));
        },
      ),
    );
  });

  it('knows no currency outside ISO 4217, and no fraction', () => {
    for (const code of ['eur', 'XXX', 'BTC', '', 'EURO'])
      expect(currencySchema.safeParse(code).success).toBe(false);
    for (const minor of [0, -1, 1.5, largestMinor + 1, NaN])
      expect(minorSchema.safeParse(minor).success).toBe(false);
    expect(() => minorDigits('BTC')).toThrow('BTC');
  });
});
