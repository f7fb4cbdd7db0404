import { idSchema } from '@carethread/contracts/ids.ts';
import { severities } from '@carethread/contracts/screening.ts';
import { z } from 'zod';
import { schedules } from '../formulary/formulary.ts';
import {
  allergyRule,
  contraindicationRule,
  doseRule,
  duplicateRule,
  interactionRule,
} from '../rules/rule.ts';

const words = (max = 200) => z.string().trim().min(1, 'must not be empty').max(max);
const code = words(80);
const productId = idSchema<'Product'>();
const ruleId = z.string().regex(/^[a-z]+-[a-z0-9-]+$/, 'must be letters, a hyphen, and a number or a name');

/** A product as people write it; strengths as printed, such as `250 mg/5 mL`. */
export const productBody = z.strictObject({
  genericName: words(),
  brandName: words().nullable(),
  brands: z.array(words()).max(50),
  form: code,
  routes: z.array(code).min(1).max(10),
  ingredients: z
    .array(z.strictObject({ code, strength: words(80).nullable() }))
    .min(1)
    .max(20),
  supply: z.enum(['rx', 'otc']),
  schedule: z.enum(schedules).nullable(),
  category: code.nullable(),
  codes: z.array(z.strictObject({ system: words(20), value: words(50) })).max(50),
});
export type ProductBody = z.infer<typeof productBody>;

/** The rule schemas by the kind they are of. */
export const ruleKinds = {
  interaction: interactionRule,
  allergy: allergyRule,
  contraindication: contraindicationRule,
  duplicate: duplicateRule,
  dose: doseRule,
} as const;
export type RuleKind = keyof typeof ruleKinds;

const ofRule = <Kind extends RuleKind>(ruleKind: Kind) =>
  z.strictObject({
    kind: z.literal('rule'),
    ruleKind: z.literal(ruleKind),
    rule: ruleKinds[ruleKind],
  });

/** One thing that is different here from what came with the other parts of a release. */
export const localChange = z.union([
  z.strictObject({ kind: z.literal('product'), productId, product: productBody }),
  z.strictObject({ kind: z.literal('product_removal'), productId }),
  z.strictObject({
    kind: z.literal('synonym'),
    ingredient: code,
    name: words(),
    /** ISO 639-1; empty for brands and abbreviations. */
    language: z.string().regex(/^([a-z]{2})?$/, 'must be a language such as de'),
    nameKind: z.enum(['brand', 'inn', 'name']),
  }),
  z.strictObject({ kind: z.literal('synonym_removal'), ingredient: code, name: words() }),
  z.strictObject({ kind: z.literal('look_alike'), a: code, b: code }),
  z.strictObject({ kind: z.literal('look_alike_removal'), a: code, b: code }),
  ofRule('interaction'),
  ofRule('allergy'),
  ofRule('contraindication'),
  ofRule('duplicate'),
  ofRule('dose'),
  z.strictObject({ kind: z.literal('rule_severity'), ruleId, severity: z.enum(severities) }),
  z.strictObject({ kind: z.literal('rule_off'), ruleId }),
  /** What was changed here under this key counts no more: what came with the other parts does. */
  z.strictObject({ kind: z.literal('undo'), key: words(400) }),
]);
export type LocalChange = z.infer<typeof localChange>;
export type LocalChangeKind = LocalChange['kind'];
export type RuleChange = Extract<LocalChange, { kind: 'rule' }>;

/** What a change is about: of two with one key, the later counts. */
export function keyOf(change: LocalChange): string {
  switch (change.kind) {
    case 'product':
    case 'product_removal':
      return `product:${change.productId}`;
    case 'synonym':
    case 'synonym_removal':
      return `synonym:${change.ingredient}:${change.name}`;
    case 'look_alike':
    case 'look_alike_removal':
      return `look-alike:${[change.a, change.b].toSorted().join(':')}`;
    case 'rule':
      return `rule:${change.rule.id}`;
    case 'rule_severity':
    case 'rule_off':
      return `rule:${change.ruleId}`;
    case 'undo':
      return change.key;
    default:
      return change satisfies never;
  }
}

/** A change on top of the one that is in force under its key: a new severity of a rule that was rewritten here. */
export function onTopOf(before: LocalChange | undefined, change: LocalChange): LocalChange {
  if (change.kind !== 'rule_severity' || before?.kind !== 'rule' || before.ruleKind === 'dose') return change;
  return { ...before, rule: { ...before.rule, severity: change.severity } } as LocalChange;
}
