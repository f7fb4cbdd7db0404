import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PackRules } from './pack.ts';
import { lastDay, noRule, type Rule, ruleOf, stricter } from './rule.ts';

const some = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: undefined });
const days = fc.integer({ min: 1, max: 400 });
const packRules = fc
  .record({
    maxRepeats: some(fc.integer({ min: 0, max: 12 })),
    validity: some(fc.oneof(fc.record({ days }), fc.record({ months: fc.integer({ min: 1, max: 12 }) }))),
    maxDaysSupply: some(days),
    refillGraceDays: some(fc.integer({ min: 0, max: 20 })),
    stepUpMaxAgeSeconds: some(fc.integer({ min: 10, max: 3_600 })),
    stepUpMethods: some(fc.uniqueArray(fc.constantFrom('pwd', 'otp', 'hwk', 'mfa'), { minLength: 1 })),
    substitution: some(fc.constant('forbidden' as const)),
    maxTransfers: some(fc.integer({ min: 0, max: 3 })),
    restOfPart: some(fc.record({ shortSupplyHours: days, onRequestDaysFromSigning: days })),
    fractionDays: some(days),
  })
  .map((rules): Rule => ruleOf(JSON.parse(JSON.stringify(rules)) as PackRules));
const instants = fc.date({ min: new Date('2024-01-01'), max: new Date('2034-01-01'), noInvalidDate: true });
const zones = fc.constantFrom('UTC', 'America/New_York', 'Pacific/Kiritimati');

const numbers = [
  'maxRepeats',
  'maxDaysSupply',
  'refillGraceDays',
  'stepUpMaxAgeSeconds',
  'maxTransfers',
  'shortSupplyHours',
  'onRequestDaysFromSigning',
  'fractionDays',
] as const satisfies (keyof Rule)[];
const never = '9999-12-31';

/** Whether `rule` allows nothing that `other` forbids. */
const noLaxer = (rule: Rule, other: Rule, signedAt: Date, zone: string): boolean =>
  numbers.every((key) => rule[key] <= other[key]) &&
  (!rule.substitutionAllowed || other.substitutionAllowed) &&
  other.stepUpMethods.every((method) => rule.stepUpMethods.includes(method)) &&
  (lastDay(rule, signedAt, zone) ?? never) <= (lastDay(other, signedAt, zone) ?? never);

describe('two rules at once', () => {
  it('are never laxer than either, and no stricter than one of them in each point', () => {
    fc.assert(
      fc.property(packRules, packRules, instants, zones, (a, b, signedAt, zone) => {
        const both = stricter(a, b);
        expect(noLaxer(both, a, signedAt, zone)).toBe(true);
        expect(noLaxer(both, b, signedAt, zone)).toBe(true);
        for (const method of both.stepUpMethods)
          expect([...a.stepUpMethods, ...b.stepUpMethods]).toContain(method);
        for (const key of numbers) expect([a[key], b[key]]).toContain(both[key]);
        expect([a, b].map((one) => lastDay(one, signedAt, zone))).toContain(lastDay(both, signedAt, zone));
      }),
    );
  });

  it('do not depend on their order, and a rule adds nothing to itself or to none', () => {
    fc.assert(
      fc.property(packRules, packRules, instants, zones, (a, b, signedAt, zone) => {
        const said = (rule: Rule) => ({ ...rule, validities: lastDay(rule, signedAt, zone) });
        expect(said(stricter(a, b))).toEqual(said(stricter(b, a)));
        expect(said(stricter(a, a))).toEqual(said(a));
        expect(stricter(a, noRule)).toEqual(a);
      }),
    );
  });
});
