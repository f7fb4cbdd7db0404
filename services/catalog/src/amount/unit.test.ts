import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decimalText, exact, isMore, over, times } from './exact.ts';
import { rateOf, unitName, unitOf } from './unit.ts';

describe('a unit', () => {
  it.each([
    ['Tablets', 'tablet'],
    ['{tablet}', 'tablet'],
    ['patches', 'patch'],
    ['suppositories', 'suppository'],
    ['lozenges', 'lozenge'],
    ['inhalations', 'puff'],
    ['µg', 'mcg'],
    ['UG', 'mcg'],
    ['[iU]', 'unit'],
    ['grams', 'g'],
    ['mL', 'ml'],
  ])('%s is %s', (spelled, name) => expect(unitName(spelled)).toBe(name));

  it('that nobody knows is none: a drop has no size of its own', () => {
    for (const spelled of ['drops', 'spoonful', '', 'mg/kg']) expect(unitOf(spelled)).toBeNull();
  });

  it('may be so much in a time', () => {
    expect(rateOf('mcg/h')).toEqual({ unit: unitOf('mcg'), minutes: { n: 60n, d: 1n } });
    for (const spelled of ['mcg', 'mg/5 mL', 'h/h', 'mcg/week']) expect(rateOf(spelled)).toBeNull();
  });
});

describe('converting', () => {
  const masses = ['ng', 'mcg', 'mg', 'g', 'kg'];
  const amount = fc
    .tuple(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 0, max: 6 }))
    .map(([n, digits]) => decimalText({ n: BigInt(n), d: 10n ** BigInt(digits) }, 6));

  it('there and back gives the very same amount', () => {
    fc.assert(
      fc.property(amount, fc.constantFrom(...masses), fc.constantFrom(...masses), (text, from, to) => {
        const [a, b] = [unitOf(from)!.factor, unitOf(to)!.factor];
        const there = over(times(exact(text)!, a), b);
        const back = over(times(there, b), a);
        expect(isMore(back, exact(text)!) || isMore(exact(text)!, back)).toBe(false);
        expect(decimalText(back)).toBe(decimalText(exact(text)!));
      }),
    );
  });
});
