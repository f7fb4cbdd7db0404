import type { LineId } from '@carethread/contracts/ids.ts';
import { idSchema, newId } from '@carethread/contracts/ids.ts';
import { z } from 'zod';

/** One medicine of a prescription, as the doctor wrote it (FHIR MedicationRequest). */
export interface Line {
  id: LineId;
  /** Catalog product; null when it was typed by hand: then nothing about it can be checked. */
  productId: string | null;
  /** What is prescribed, in the doctor's words. */
  text: string;
  /** Ingredient codes of the catalog, when the line names them itself. */
  ingredients: string[];
  strength: string | null;
  form: string | null;
  route: string | null;
  dose: Dose | null;
  /** How many days `quantity` lasts. */
  durationDays: number | null;
  /** Authorised per fill, in `quantityUnit`. */
  quantity: number;
  quantityUnit: string;
  /** Further fills after the first. */
  repeats: number;
  substitutionAllowed: boolean;
  instructions: string;
  /** What the catalog said this is; null until the content was screened. */
  resolved: Resolved | null;
}

export interface Dose {
  /** Per administration, as a decimal text. */
  amount: string;
  unit: string;
  perDay: number;
}

export interface Resolved {
  wording: string | null;
  ingredients: string[];
  /** Controlled-substance schedule such as CII. */
  schedule: string | null;
}

const words = (max: number) => z.string().trim().min(1, 'must not be empty').max(max);
const orNull = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? null);

export const lineSchema = z.object({
  /** A line of the draft that stays what it was; a new one when absent. */
  id: orNull(idSchema<'Line'>()),
  productId: orNull(idSchema<'Product'>()),
  text: words(200),
  ingredients: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,79}$/, 'must be an ingredient code of the catalog'))
    .max(20)
    .nullish()
    .transform((codes) => [...new Set(codes)]),
  strength: orNull(words(80)),
  form: orNull(words(80)),
  route: orNull(words(40)),
  dose: orNull(
    z.object({
      amount: z
        .string()
        .regex(/^(?![0.]*$)(0|[1-9]\d{0,5})(\.\d{1,4})?$/, 'must be a decimal number above 0, such as 2.5'),
      unit: words(20),
      perDay: z.number().positive().max(48),
    }),
  ),
  durationDays: orNull(z.int().min(1).max(730)),
  quantity: z.int().min(1).max(10_000),
  quantityUnit: words(20),
  repeats: z.int().min(0).max(24),
  substitutionAllowed: z.boolean(),
  instructions: z.string().trim().max(1_000),
});
export type LineDraft = z.infer<typeof lineSchema>;

export const linesSchema = z.array(lineSchema).max(20);

/** A written line without an id gets a new one. What the catalog said about an earlier text is not kept. */
export const toLine = (draft: LineDraft): Line => ({
  ...draft,
  id: draft.id ?? newId<'Line'>(),
  resolved: null,
});

/** The codes of what is in it: those the catalog found, else those the line names. */
export const ingredientsOf = (line: Line): string[] => line.resolved?.ingredients ?? line.ingredients;

/** Whether the catalog can know what it is. */
export const isCoded = ({ productId, ingredients }: Line): boolean =>
  productId !== null || ingredients.length > 0;

/** How many fills the lines allow together: the first, and as many repeats as the line with most has. */
export const authorisedFills = (lines: readonly Line[]): number =>
  lines.length === 0 ? 0 : 1 + Math.max(...lines.map((line) => line.repeats));

/** The lines that fill `number` (1 is the first) still holds. */
export const linesOfFill = (lines: readonly Line[], number: number): Line[] =>
  lines.filter((line) => line.repeats >= number - 1);
