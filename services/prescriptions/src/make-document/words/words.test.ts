import { describe, expect, it } from '@jest/globals';
import { directions, quantityInWords, repeatsInWords } from './directions.ts';
import { decimalInWords, wholeInWords } from './number-in-words.ts';

describe('numbers in words', () => {
  it.each([
    [0, 'zero'],
    [13, 'thirteen'],
    [30, 'thirty'],
    [42, 'forty-two'],
    [100, 'one hundred'],
    [105, 'one hundred and five'],
    [999, 'nine hundred and ninety-nine'],
    [1_000, 'one thousand'],
    [1_001, 'one thousand and one'],
    [10_000, 'ten thousand'],
    [12_345, 'twelve thousand three hundred and forty-five'],
    [999_999, 'nine hundred and ninety-nine thousand nine hundred and ninety-nine'],
  ])('%d is %s', (value, said) => expect(wholeInWords(value)).toBe(said));

  it.each([
    ['2.5', 'two point five'],
    ['0.125', 'zero point one two five'],
    ['500', 'five hundred'],
    ['5.0', 'five'],
  ])('%s is %s', (text, said) => expect(decimalInWords(text)).toBe(said));
});

describe('directions', () => {
  const dose = (perDay: number) => ({
    dose: { amount: '2.5', unit: 'mg', perDay },
    route: null,
    durationDays: null,
  });

  it.each([
    [1, 'once a day'],
    [2, 'twice a day'],
    [3, 'three times a day'],
    [0.5, 'every second day'],
    [1 / 7, 'once a week'],
    [0.142857, 'once a week'],
    [3 / 7, 'three times a week'],
    [1 / 30, 'once every 30 days'],
    [1.5, '1.5 times a day'],
  ])('%d a day is %s', (perDay, said) =>
    expect(directions(dose(perDay))).toBe(`2.5 (two point five) mg ${said}.`),
  );

  it('say how and for how long, as far as the doctor did', () => {
    expect(directions({ ...dose(2), route: 'oral', durationDays: 1 })).toBe(
      '2.5 (two point five) mg twice a day, by mouth, for 1\u00a0day.',
    );
    expect(directions({ dose: null, route: 'vaginal', durationDays: null })).toBe('Vaginal.');
    expect(directions({ dose: null, route: null, durationDays: null })).toBeNull();
  });

  it('give quantity and repeats', () => {
    expect(quantityInWords({ quantity: 30, quantityUnit: 'capsule' })).toBe('30 (thirty) capsule');
    expect([0, 1, 2, 5].map(repeatsInWords)).toEqual(['None', 'Once', 'Twice', 'Five times']);
  });
});
