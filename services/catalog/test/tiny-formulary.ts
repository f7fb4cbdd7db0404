import type { NewPart } from '../src/release/replace-part.ts';
import { insertRows } from '../src/release/rows.ts';

/** A formulary of three ingredients, for tests in which only the parts beside it matter. */
export const tinyFormulary = (
  ingredients: readonly string[] = ['codeine', 'lisinopril', 'warfarin'],
): NewPart => ({
  origin: 'formulary',
  contentHash: ingredients.join(' '),
  sourceName: 'Test',
  sourceDate: null,
  licence: 'CC0-1.0',
  async write(tx, release_id) {
    const key = { release_id, origin: 'formulary' as const };
    const name = (code: string) => code.charAt(0).toUpperCase() + code.slice(1);
    await insertRows(
      tx,
      'ingredient',
      ingredients.map((code) => ({ ...key, code, name: name(code), schedule: null, reviewed: true })),
    );
    await insertRows(tx, 'dosage_form', [
      { ...key, code: 'tablet', name: 'tablet', words: ['tab'], ndc_names: ['TABLET'] },
    ]);
    await insertRows(tx, 'route', [
      { ...key, code: 'oral', name: 'by mouth', exposure: 'systemic', ndc_names: ['ORAL'] },
    ]);
    return { ingredients: ingredients.length };
  },
});
