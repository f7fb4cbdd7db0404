import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import {
  allergyRule,
  contraindicationRule,
  doseRule,
  duplicateRule,
  ingredientClass,
  interactionRule,
  otherAllergen,
} from '../rules/rule.ts';
import { readCsv } from './csv.ts';
import {
  categoryRow,
  conditionRow,
  type Formulary,
  formRow,
  ingredientRow,
  lookAlikeRow,
  productRow,
  routeRow,
} from './formulary.ts';

const folder = new URL('../../formulary/', import.meta.url);

/** Reads and checks the shipped formulary. Throws with file, row and field when something is not as it should be. */
export function readFormulary(): Formulary {
  return {
    ingredients: csv('ingredients.csv', ingredientRow),
    products: csv('products.csv', productRow),
    forms: csv('dosage-forms.csv', formRow),
    routes: csv('routes.csv', routeRow),
    categories: csv('therapeutic-categories.csv', categoryRow),
    conditions: csv('conditions.csv', conditionRow),
    lookAlikes: csv('look-alikes.csv', lookAlikeRow),
    classes: json('rules/classes.json', ingredientClass),
    otherAllergens: json('rules/other-allergens.json', otherAllergen),
    rules: {
      interactions: json('rules/interactions.json', interactionRule),
      allergies: json('rules/allergies.json', allergyRule),
      contraindications: json('rules/contraindications.json', contraindicationRule),
      duplicates: json('rules/duplicates.json', duplicateRule),
      doses: json('rules/dose-guidelines.json', doseRule),
    },
  };
}

/** SHA-256 of the files: the same formulary is loaded once. */
export function formularyHash(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(fileURLToPath(folder), { recursive: true, encoding: 'utf8' }).sort())
    if (/\.(csv|json)$/.test(name)) hash.update(`${name}\0`).update(text(name)).update('\0');
  return hash.digest('hex');
}

const text = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const csv = <Row>(name: string, row: z.ZodType<Row, unknown>): Row[] =>
  checked(name, row, readCsv(text(name)));
const json = <Row>(name: string, row: z.ZodType<Row, unknown>): Row[] =>
  checked(name, row, JSON.parse(text(name)) as unknown);

function checked<Row>(name: string, row: z.ZodType<Row, unknown>, rows: unknown): Row[] {
  const parsed = z.array(row).safeParse(rows);
  if (parsed.success) return parsed.data;
  throw new Error(`formulary/${name}:\n${z.prettifyError(parsed.error)}`);
}
