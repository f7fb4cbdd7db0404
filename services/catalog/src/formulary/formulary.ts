import { z } from 'zod';
import { parseStrengths, type Strength } from '../amount/strength.ts';
import type { IngredientClass, OtherAllergen, Rules } from '../rules/rule.ts';
import { listOf } from './csv.ts';

/** The medicines and rules that ship with the platform, read from the files in `formulary/`. */
export interface Formulary {
  readonly ingredients: readonly FormularyIngredient[];
  readonly products: readonly FormularyProduct[];
  readonly forms: readonly DosageForm[];
  readonly routes: readonly Route[];
  readonly categories: readonly { atcPrefix: string; name: string }[];
  readonly conditions: readonly { code: string; name: string }[];
  readonly lookAlikes: readonly { a: string; b: string }[];
  readonly classes: readonly IngredientClass[];
  readonly otherAllergens: readonly OtherAllergen[];
  readonly rules: Rules;
}

export const schedules = ['CII', 'CIII', 'CIV', 'CV'] as const;
/** Strictest first. */
export type Schedule = (typeof schedules)[number];

export interface Synonym {
  /** ISO 639-1, or empty for brand names, INN and abbreviations, which belong to no language. */
  readonly language: string;
  readonly kind: 'brand' | 'inn' | 'name';
  readonly name: string;
}

const code = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a slug');
const atc = z.string().regex(/^[A-Z]\d\d[A-Z]{2}\d\d$/, 'must be an ATC code of level 5');
const list = <Item>(item: z.ZodType<Item, string>) => z.string().transform(listOf).pipe(z.array(item));
const schedule = z.union([z.enum(schedules), z.literal('').transform(() => null)]);

const otherName = z
  .string()
  .regex(/^(inn|other|es|fr|de):.+$/, 'must be inn:, other:, es:, fr: or de: and a name')
  .transform((text): Synonym => {
    const kind = text.slice(0, text.indexOf(':'));
    const name = text.slice(kind.length + 1);
    if (kind === 'inn') return { language: '', kind: 'inn', name };
    return { language: kind === 'other' ? '' : kind, kind: 'name', name };
  });

export const ingredientRow = z
  .strictObject({
    code,
    name: z.string().min(1),
    atc: list(atc),
    schedule,
    brands: list(z.string()),
    names: list(otherName),
  })
  .transform(({ brands, names, ...ingredient }) => ({
    ...ingredient,
    synonyms: [...brands.map((name): Synonym => ({ language: '', kind: 'brand', name })), ...names],
  }));
export type FormularyIngredient = z.infer<typeof ingredientRow>;

const strengths = z.string().transform((text, context): readonly Strength[] => {
  const parsed = parseStrengths(text);
  if (parsed) return parsed;
  context.addIssue({ code: 'custom', message: `cannot read the strength ${text}` });
  return z.NEVER;
});

export const productRow = z.strictObject({
  ingredients: z.string().transform((text) => text.split(' + ')),
  form: code,
  route: code,
  strengths: list(strengths),
  supply: z.enum(['rx', 'otc']),
  schedule,
  atc: z.union([atc, z.literal('').transform(() => null)]),
  brands: list(z.string()),
});
/** One row per medicine, form and route; each of its strengths is a product. */
export type FormularyProduct = z.infer<typeof productRow>;

export const formRow = z.strictObject({
  code,
  name: z.string().min(1),
  /** Further words people use for it, such as `tab`. */
  words: list(z.string()),
  /** The names the US National Drug Code directory has for it. */
  ndc_names: list(z.string()),
});
export type DosageForm = z.infer<typeof formRow>;

export const routeRow = z.strictObject({
  code,
  name: z.string().min(1),
  /** Whether what is given this way reaches the whole body to a degree that rules count. */
  exposure: z.enum(['systemic', 'local']),
  ndc_names: list(z.string()),
});
export type Route = z.infer<typeof routeRow>;

export const categoryRow = z
  .strictObject({ atc_prefix: z.string().regex(/^[A-Z]\d\d$/), name: z.string().min(1) })
  .transform(({ atc_prefix, name }) => ({ atcPrefix: atc_prefix, name }));
export const conditionRow = z.strictObject({ code, name: z.string().min(1) });
export const lookAlikeRow = z.strictObject({ a: code, b: code });
