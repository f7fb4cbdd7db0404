import type { Tx } from '@carethread/bus/transaction.ts';
import {
  allergyRule,
  contraindicationRule,
  doseRule,
  duplicateRule,
  interactionRule,
  type Rules,
} from '../rules/rule.ts';
import type { ClinicalIngredient, ClinicalRules } from '../screen/release.ts';
import type { Schedule } from '../formulary/formulary.ts';

/** A release as it is kept in memory: everything but its products, which are many. */
export interface LoadedRelease extends ClinicalRules {
  readonly number: number;
  /** Names that are easily taken for an ingredient's name, by its code. */
  readonly lookAlikes: ReadonlyMap<string, readonly string[]>;
  readonly categories: ReadonlyMap<string, string>;
  readonly scheduleOf: ReadonlyMap<string, Schedule | null>;
  readonly conditionNames: ReadonlyMap<string, string>;
  readonly classNames: ReadonlyMap<string, string>;
  /** Every rule by its id. */
  readonly ruleById: ReadonlyMap<string, AnyRule>;
}

export type AnyRule = Rules[keyof Rules][number];

/** Reads a release; null when there is none of that id. */
export async function loadRules(tx: Tx, id: string): Promise<LoadedRelease | null> {
  const all = <Row>(sql: string) => tx.query<Row>(sql, [id]);
  const [[release], ingredients, codes, lookAlikes, categories, rules] = await Promise.all([
    all<{ number: number }>('SELECT number FROM reference.release WHERE id = $1'),
    all<IngredientRow>(ingredientsWithClasses),
    all<{ kind: string; code: string; name: string }>(codesInUse),
    all<{ code: string; name: string }>(alikes),
    all<{ prefix: string; name: string }>(
      'SELECT atc_prefix AS prefix, name FROM reference.therapeutic_category WHERE release_id = $1',
    ),
    readRules(all),
  ]);
  if (!release) return null;
  const namesOf = (kind: string) =>
    new Map(codes.filter((each) => each.kind === kind).map(({ code, name }) => [code, name]));
  const codesOf = (kind: string) => new Set(namesOf(kind).keys());
  return {
    id,
    number: release.number,
    ingredients: new Map(
      ingredients.map(({ code, name, reviewed, classes }): [string, ClinicalIngredient] => [
        code,
        { name, reviewed, classes: new Set(classes) },
      ]),
    ),
    classes: codesOf('class'),
    otherAllergens: codesOf('allergen'),
    conditions: codesOf('condition'),
    routes: codesOf('route'),
    localRoutes: codesOf('local route'),
    rules,
    lookAlikes: new Map(
      [...Map.groupBy(lookAlikes, ({ code }) => code)].map(([code, rows]) => [
        code,
        rows.map(({ name }) => name),
      ]),
    ),
    scheduleOf: new Map(ingredients.map(({ code, schedule }) => [code, schedule])),
    conditionNames: namesOf('condition'),
    classNames: namesOf('class'),
    categories: new Map(categories.map(({ prefix, name }) => [prefix, name])),
    ruleById: new Map((Object.values(rules) as (readonly AnyRule[])[]).flat().map((rule) => [rule.id, rule])),
  };
}

interface IngredientRow {
  code: string;
  name: string;
  schedule: Schedule | null;
  reviewed: boolean;
  classes: string[];
}
const ingredientsWithClasses = `SELECT code, name, schedule, reviewed,
    ARRAY(SELECT class_code FROM reference.ingredient_class_member
           WHERE release_id = $1 AND ingredient_code = code ORDER BY 1) AS classes
  FROM reference.ingredient WHERE release_id = $1 ORDER BY name`;

const codesInUse = `SELECT 'class' AS kind, code, name FROM reference.ingredient_class WHERE release_id = $1
  UNION ALL SELECT 'allergen', code, name FROM reference.other_allergen WHERE release_id = $1
  UNION ALL SELECT 'condition', code, name FROM reference.condition WHERE release_id = $1
  UNION ALL SELECT 'route', code, name FROM reference.route WHERE release_id = $1
  UNION ALL SELECT 'local route', code, name FROM reference.route WHERE release_id = $1 AND exposure = 'local'`;

const alikes = `SELECT pair.a AS code, name FROM reference.look_alike pair JOIN reference.ingredient USING (release_id)
     WHERE release_id = $1 AND code = b
  UNION ALL SELECT pair.b, name FROM reference.look_alike pair JOIN reference.ingredient USING (release_id)
     WHERE release_id = $1 AND code = a
  ORDER BY 1, 2`;

export async function readRules(all: <Row>(sql: string) => Promise<Row[]>): Promise<Rules> {
  const from = (table: string, columns: string) =>
    all<object>(`SELECT ${columns} FROM reference.${table} WHERE release_id = $1 ORDER BY id COLLATE "C"`);
  const [interactions, allergies, contraindications, duplicates, doses] = await Promise.all([
    from('interaction_rule', 'id, a, b, severity, mechanism, effect, management, exposure, "when", sources'),
    from(
      'allergy_rule',
      'id, allergy_to AS "allergyTo", applies_to AS "appliesTo", severity, cross_reactivity AS "crossReactivity", ' +
        'text, management, sources',
    ),
    from(
      'contraindication_rule',
      'id, subject, kind, criterion, severity, exposure, text, management, sources',
    ),
    from('duplicate_rule', 'id, subject, severity, text, management, sources'),
    from(
      'dosage_guideline',
      'id, ingredient, routes, population, max_per_day AS "maxPerDay", range, adjustments, text, sources',
    ),
  ]);
  // Parsed again: a rule that somebody changed by hand into something else must not be half understood.
  return {
    interactions: interactions.map(withoutNulls).map((row) => interactionRule.parse(row)),
    allergies: allergies.map((row) => allergyRule.parse(row)),
    contraindications: contraindications.map((row) => contraindicationRule.parse(row)),
    duplicates: duplicates.map((row) => duplicateRule.parse(row)),
    doses: doses.map(withoutNulls).map((row) => doseRule.parse(row)),
  };
}

const withoutNulls = (row: object): object =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
