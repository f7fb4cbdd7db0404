import { describe, expect, it } from '@jest/globals';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { line } from '../test/examples.ts';
import { authorisedFills, lineSchema, linesOfFill, linesSchema } from './line.ts';

const written = {
  text: 'Salbutamol inhaler',
  quantity: 1,
  quantityUnit: 'inhaler',
  repeats: 0,
  substitutionAllowed: true,
  instructions: '',
};

describe('a line (R-02)', () => {
  it('may leave out what the doctor does not know yet', () => {
    expect(lineSchema.parse(written)).toMatchObject({
      productId: null,
      dose: null,
      durationDays: null,
      ingredients: [],
    });
  });

  it('names the path of each problem', () => {
    const input = {
      lines: [
        { ...written, quantity: 0 },
        { ...written, dose: { amount: '1,5', unit: 'mg', perDay: 2 } },
      ],
    };
    const refusal = checkInput(z.object({ lines: linesSchema }), input);
    expect(refusal).toBeInstanceOf(Refusal);
    expect((refusal as Refusal).userErrors.map(({ path }) => path.join('.'))).toEqual([
      'input.lines.0.quantity',
      'input.lines.1.dose.amount',
    ]);
  });

  it('refuses a dose of nothing, an ingredient that is no code, and texts without end', () => {
    const wrong = [
      { dose: { amount: '0.0', unit: 'mg', perDay: 1 } },
      { ingredients: ['Amoxicillin!'] },
      { text: 'x'.repeat(201) },
      { instructions: 'x'.repeat(1_001) },
      { productId: 'aspirin' },
      { repeats: -1 },
      { text: '  ' },
    ];
    for (const part of wrong) expect(lineSchema.safeParse({ ...written, ...part }).success).toBe(false);
  });
});

describe('repeats', () => {
  it('R-11 do not include the first fill, and each line has its own', () => {
    const lines = [line({ repeats: 0 }), line({ repeats: 2 })];
    expect(authorisedFills(lines)).toBe(3);
    expect(linesOfFill(lines, 1)).toHaveLength(2);
    expect(linesOfFill(lines, 2)).toEqual([lines[1]]);
    expect(authorisedFills([])).toBe(0);
  });
});
