import type { ScreeningInput } from '@carethread/contracts/screening.ts';
import { createHash } from 'node:crypto';

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
export const sorted = (texts: Iterable<string>): string[] => [...new Set(texts)].sort(byText);

/** The same input however its lists were ordered: two equal prescriptions have one hash and one verdict. */
export const normalise = ({ lines, patient }: ScreeningInput): ScreeningInput => ({
  lines: lines
    .map((line) => ({ ...line, ingredients: sorted(line.ingredients) }))
    .sort((a, b) => byText(a.lineId, b.lineId) || byText(canonicalJson(a), canonicalJson(b))),
  patient: {
    ...patient,
    conditions: sorted(patient.conditions),
    allergies: sorted(patient.allergies),
    currentIngredients: sorted(patient.currentIngredients),
  },
});

/** JSON with the keys of every object in order and no white space, after RFC 8785. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => byText(a, b))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
