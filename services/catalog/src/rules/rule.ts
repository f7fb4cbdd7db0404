import { severities } from '@carethread/contracts/screening.ts';
import { z } from 'zod';

/** Clinical rules as they stand in the formulary's files and in a release. A subject is `ingredient:<code>` or `class:<CODE>`. */
const subject = z
  .string()
  .regex(/^(ingredient:[a-z0-9-]+|class:[A-Z0-9_]+)$/, 'must be ingredient:… or class:…');
const decimal = z.string().regex(/^\d+(\.\d+)?$/, 'must be a decimal');

const source = z.strictObject({
  /** Such as fda-label, onc-high-priority-2012, house-rule. */
  kind: z.string().min(1),
  ref: z.string().min(1),
  /** Whether somebody opened the source when the rule was written. */
  checked: z.boolean(),
});

const about = {
  id: z.string().regex(/^[a-z]+-[a-z0-9-]+$/),
  severity: z.enum(severities),
  management: z.string().min(1),
  sources: z.array(source).min(1),
};
/** Local use (eye, skin) does not count unless a rule says `any`. */
const exposure = z.enum(['systemic', 'any']).default('systemic');

const atLeast = z.strictObject({ from: z.int().optional(), below: z.int().optional() });
const below = z.strictObject({ below: z.number().positive() });

export const interactionRule = z.strictObject({
  ...about,
  a: subject,
  b: subject,
  mechanism: z.string().min(1),
  effect: z.string().min(1),
  exposure,
  /** Only then. Both parts must hold when both are given. */
  when: z
    .strictObject({
      dailyDoseAbove: z
        .strictObject({ ingredient: z.string(), amount: decimal, unit: z.string() })
        .optional(),
      /** Any of these condition codes. */
      conditions: z.array(z.string()).min(1).optional(),
    })
    .optional(),
});

export const allergyRule = z.strictObject({
  ...about,
  /** A subject, a food (`food:shellfish`), or `ingredient:*` and `class:*` for "the very same". */
  allergyTo: z.union([subject, z.string().regex(/^food:[a-z-]+$/), z.enum(['ingredient:*', 'class:*'])]),
  appliesTo: z.union([subject, z.literal('same')]),
  crossReactivity: z.string().min(1),
  text: z.string().min(1),
});

export const contraindicationKinds = [
  'pregnancy',
  'lactation',
  'age',
  'condition',
  'renal',
  'liver',
] as const;
export const contraindicationRule = z.strictObject({
  ...about,
  subject,
  kind: z.enum(contraindicationKinds),
  /** Exactly one of them. */
  criterion: z.union([
    z.strictObject({ pregnancy: z.array(z.enum(['trimester1', 'trimester2', 'trimester3'])).min(1) }),
    z.strictObject({ lactating: z.literal(true) }),
    z.strictObject({ ageMonths: atLeast }),
    z.strictObject({ conditions: z.array(z.string()).min(1) }),
    z.strictObject({ creatinineClearance: below }),
    z.strictObject({ liver: z.array(z.enum(['mild', 'moderate', 'severe'])).min(1) }),
  ]),
  exposure,
  text: z.string().min(1),
});

export const duplicateRule = z.strictObject({
  ...about,
  /** A class no two of whose members should meet, or `ingredient:*` for "the same ingredient twice". */
  subject: z.union([subject, z.literal('ingredient:*')]),
  text: z.string().min(1),
});

/** By weight or body surface when `per` says so. */
const dosePer = { amount: decimal, per: z.enum(['kg', 'm2']).optional() };
/** `cap`: in all, when the amount is per kilogram or square metre. */
const cappedDose = { ...dosePer, cap: decimal.optional() };

export const doseRule = z.strictObject({
  id: about.id,
  sources: about.sources,
  ingredient: z.string(),
  /** Empty: any route but local ones, counted together. */
  routes: z.array(z.string()),
  /** Whom it is for. Rules for the same ingredient and route never overlap. */
  population: z.strictObject({ ageMonths: atLeast, weightGrams: atLeast.optional() }),
  maxPerDay: z.strictObject({ ...cappedDose, unit: z.string() }),
  /** What else a dose should keep to, in the unit of `maxPerDay`. The lowest ones are per line. */
  range: z
    .strictObject({
      minPerDose: z.strictObject(dosePer).optional(),
      maxPerDose: z.strictObject(cappedDose).optional(),
      minPerDay: z.strictObject(dosePer).optional(),
      /** A seventh for once a week. */
      maxTimesPerDay: z.number().positive().optional(),
    })
    .optional(),
  /** Lower limits in special cases; the lowest that applies counts. */
  adjustments: z
    .array(
      z.strictObject({
        when: z.union([
          z.strictObject({ creatinineClearance: below }),
          z.strictObject({ ageMonths: atLeast }),
          z.strictObject({ conditions: z.array(z.string()).min(1) }),
          /** Together with any of these ingredients. */
          z.strictObject({ with: z.array(z.string()).min(1) }),
        ]),
        /** In a day. */
        amount: decimal,
        maxPerDose: decimal.optional(),
      }),
    )
    .default([]),
  text: z.string().min(1),
});

export const ingredientClass = z.strictObject({
  code: z.string().regex(/^[A-Z0-9_]+$/),
  name: z.string().min(1),
  members: z.array(z.string()).min(1),
});
export const otherAllergen = z.strictObject({ code: z.string().regex(/^food:[a-z-]+$/), name: z.string() });

export type Source = z.infer<typeof source>;
export type InteractionRule = z.infer<typeof interactionRule>;
export type AllergyRule = z.infer<typeof allergyRule>;
export type ContraindicationRule = z.infer<typeof contraindicationRule>;
export type DuplicateRule = z.infer<typeof duplicateRule>;
export type DoseRule = z.infer<typeof doseRule>;
export type IngredientClass = z.infer<typeof ingredientClass>;
export type OtherAllergen = z.infer<typeof otherAllergen>;

/** All rules of a release by kind. */
export interface Rules {
  readonly interactions: readonly InteractionRule[];
  readonly allergies: readonly AllergyRule[];
  readonly contraindications: readonly ContraindicationRule[];
  readonly duplicates: readonly DuplicateRule[];
  readonly doses: readonly DoseRule[];
}
