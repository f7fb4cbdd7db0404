import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { elementDate } from './element-string.ts';
import { checkDigit, gtinOfNdc } from './gtin.ts';
import { digitsOf, paddedNdc } from './ndc-code.ts';
import { codesAsked, readCode } from './read-code.ts';

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
const ndc = fc.constantFrom([4, 4, 2], [5, 3, 2], [5, 4, 1]).chain((layout) =>
  fc.tuple(...layout.map(digits)).map((parts) => {
    const printed = parts.join('-');
    return { printed, ndc10: digitsOf(printed), ndc11: paddedNdc(printed)! };
  }),
);
const gs = '\u001d';

describe('a code (C-09)', () => {
  it.each([
    ['0002-1200-10', ['00002120010']],
    ['00002-1200-10', ['00002120010']],
    ['55154-123-08', ['55154012308']],
    ['60505-0253-1', ['60505025301']],
    ['0002-1200', ['000021200']],
    ['00002120010', ['00002120010']],
    ['0002120010', ['0002120010']],
    ['300021200107', ['00300021200107', '0002120010']],
    ['3 00021 20010 7', ['00300021200107', '0002120010']],
    ['0300021200107', ['00300021200107', '0002120010']],
    ['00300021200107', ['00300021200107', '0002120010']],
    ['(01)00300021200107(17)270101', ['00300021200107', '0002120010']],
    ['c09aa03', ['C09AA03']],
    ['3400949497294', ['03400949497294']],
    ['4949729', ['4949729']],
    ['61266250', ['61266250']],
  ])('%s is looked up as %j', (asked, values) => expect(codesAsked(asked)).toEqual(values));

  it.each(['lisinopril', '500 mg', '12-34', '1234-567-8', 'b12', '100', '0101', '500 000'])(
    '%s is none',
    (asked) => expect(readCode(asked)).toBeNull(),
  );

  it.each(['300021200100', '3400949497295', '(01)00300021200106', '93400949497297'])(
    '%s is a wrong one: it finds nothing, not even by its words',
    (asked) => expect(codesAsked(asked)).toEqual([]),
  );

  it('finds the same package in every printed form', () => {
    fc.assert(
      fc.property(ndc, ({ printed, ndc10, ndc11 }) => {
        const gtin = gtinOfNdc(ndc10);
        const forms = [
          printed,
          `${ndc11.slice(0, 5)}-${ndc11.slice(5, 9)}-${ndc11.slice(9)}`,
          ndc11,
          ndc10,
          gtin.slice(2),
          gtin.slice(1),
          gtin,
          `(01)${gtin}(17)271231(10)LOT-7`,
          `01${gtin}17271231${gs}10LOT-7`,
          `]d201${gtin}1727123110LOT-7${gs}21SERIAL`,
        ];
        for (const form of forms)
          expect(codesAsked(form)!.filter((value) => value === ndc10 || value === ndc11)).toHaveLength(1);
      }),
    );
  });

  it('finds the single item on the barcode of a case', () => {
    fc.assert(
      fc.property(ndc, fc.integer({ min: 1, max: 8 }), ({ ndc10 }, level) => {
        const packed = `${level}03${ndc10}`;
        expect(codesAsked(packed + checkDigit(packed))).toContain(ndc10);
      }),
    );
  });

  it('takes no barcode with one wrong digit', () => {
    fc.assert(
      fc.property(
        ndc,
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 1, max: 9 }),
        ({ ndc10 }, at, by) => {
          const wrong = [...gtinOfNdc(ndc10)];
          wrong[at] = String((Number(wrong[at]) + by) % 10);
          expect(codesAsked(wrong.join(''))).toEqual([]);
          expect(codesAsked(`(01)${wrong.join('')}`)).toEqual([]);
        },
      ),
    );
  });
});

describe('a code on a package', () => {
  const gtin = '03400930116791';

  it.each([
    ['brackets', `(01)${gtin}(17)271200(10)AB12(21)S9`],
    ['separators', `01${gtin}1727120010AB12${gs}21S9`],
    ['a symbology identifier', `]d201${gtin}21S9${gs}1727120010AB12`],
  ])('gives lot, serial number and expiry, with %s', (_, text) =>
    expect(readCode(text)).toEqual({ values: [gtin], gtin, lot: 'AB12', serial: 'S9', expiry: '271200' }),
  );

  it('leaves a lot out that may have swallowed the serial number', () => {
    expect(readCode(`01${gtin}1727120010AB1221S9`)).toMatchObject({
      values: [gtin],
      lot: null,
      expiry: '271200',
    });
  });

  it.each([
    ['271200', '2027-12-31'],
    ['280229', '2028-02-29'],
    ['270229', null],
    ['771231', '1977-12-31'],
    ['271301', null],
  ])('%s is %s', (text, date) => expect(elementDate(text, new Date('2026-11-20T00:00:00Z'))).toBe(date));
});
