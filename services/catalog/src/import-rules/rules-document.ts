import { z } from 'zod';
import {
  allergyRule,
  contraindicationRule,
  doseRule,
  duplicateRule,
  ingredientClass,
  interactionRule,
} from '../rules/rule.ts';

/** Two ingredients whose names are easily mistaken for each other. */
export const lookAlike = z.strictObject({ a: z.string(), b: z.string() });

/** The kinds of entries a document may have, each checked by itself: a wrong one does not take the others with it. */
export const entryKinds = {
  classes: ingredientClass,
  interactions: interactionRule,
  allergies: allergyRule,
  contraindications: contraindicationRule,
  duplicates: duplicateRule,
  doses: doseRule,
  lookAlikes: lookAlike,
} as const;
export type EntryKind = keyof typeof entryKinds;

const head = {
  $schema: z.string().optional(),
  format: z.literal('carethread-clinical-rules/1'),
  source: z.strictObject({
    name: z.string().min(1).describe('Who wrote the rules, as it is shown beside them.'),
    date: z.iso.date().describe('The day they speak of.'),
    licence: z.string().min(1).describe('SPDX identifier or name of the licence.'),
    url: z.url().optional(),
  }),
};

/** What must hold for a document to be read at all. */
export const documentHead = z.strictObject({
  ...head,
  ...mapKinds(() => z.array(z.unknown()).default([])),
});

/** The whole format. */
export const rulesDocument = z
  .strictObject({
    ...head,
    classes: z.array(ingredientClass).default([]),
    interactions: z.array(interactionRule).default([]),
    allergies: z.array(allergyRule).default([]),
    contraindications: z.array(contraindicationRule).default([]),
    duplicates: z.array(duplicateRule).default([]),
    doses: z.array(doseRule).default([]),
    lookAlikes: z.array(lookAlike).default([]),
  })
  .describe('Clinical rules for import into the catalog.');

export type RulesDocument = z.infer<typeof rulesDocument>;
export type Entries = Omit<RulesDocument, '$schema' | 'format' | 'source'>;

function mapKinds<Value>(make: () => Value): Record<EntryKind, Value> {
  return Object.fromEntries(Object.keys(entryKinds).map((kind) => [kind, make()])) as Record<
    EntryKind,
    Value
  >;
}

/** The format as a JSON Schema, as it stands in `clinical-rules.schema.json`. */
export const rulesSchema = (): string =>
  `${JSON.stringify(z.toJSONSchema(rulesDocument, { io: 'input', target: 'draft-2020-12' }), null, 2)}\n`;
