import type { Tx } from '@carethread/bus/transaction.ts';
import { type Schedule, schedules } from '../formulary/formulary.ts';
import { type Origin, vocabularyOf } from '../release/part.ts';
import { type CompanyRow, insertRows } from '../release/rows.ts';
import { derivedId } from '@carethread/contracts/ids.ts';
import { fold, slug } from '../text/fold.ts';
import { type KnownIngredient, newIngredient, substanceIndex } from './substances.ts';

export interface Term {
  readonly code: string;
  readonly words: readonly string[];
}
/** What the formulary says of a medicine of these ingredients in this form. */
export interface SameMedicine {
  readonly schedule: Schedule | null;
  readonly category: string | null;
  readonly atc: string | null;
}

/** The vocabulary that a part is matched against. What the part brings beyond it is added and written with `save`. */
export interface CatalogTerms {
  /** By the name of a substance, with or without its salt; a new one when none is known by it. */
  ingredient(substance: string): KnownIngredient;
  /** By exactly that name, else null. */
  knownIngredient(name: string): KnownIngredient | null;
  /** A form by the name that the NDC directory has for it, given by these routes. */
  form(ndcName: string, routes: readonly string[]): Term;
  /** A form of ours; without a code of ours, a new one of that name. */
  formOf(code: string | null, name: string): Term;
  route(ndcName: string): string;
  /** A route of ours; without a code of ours, a new one of that name. */
  routeOf(code: string | null, name: string): string;
  company(name: string): string;
  sameMedicine(ingredients: readonly string[], form: string): SameMedicine;
  /** Writes what is new since the last time. */
  save(): Promise<void>;
}

const companies = '6f5c0b7a-3a3e-5d43-9b5c-5d0d5c1f7a11';
/** Generic forms of the list that are a form of ours when given by a certain route. */
const byRoute: Record<string, Record<string, string>> = {
  solution: {
    oral: 'oral-solution',
    ophthalmic: 'eye-drops',
    otic: 'ear-drops',
    inhalation: 'nebuliser-solution',
  },
  suspension: {
    oral: 'oral-suspension',
    ophthalmic: 'eye-drops',
    otic: 'ear-drops',
    inhalation: 'nebuliser-solution',
  },
  spray: { nasal: 'nasal-spray' },
};

export async function readCatalogTerms(tx: Tx, release: string, origin: Origin): Promise<CatalogTerms> {
  const all = <Row>(sql: string) => tx.query<Row>(sql, [release, vocabularyOf[origin]]);
  const ingredients = await all<KnownIngredient & { schedule: Schedule | null }>(knownIngredients);
  const forms = await all<Term & { names: string[] }>(
    `SELECT code, words || name AS words, ndc_names AS names FROM reference.dosage_form
      WHERE release_id = $1 AND origin = ANY ($2)`,
  );
  const routes = await all<{ code: string; names: string[] }>(
    'SELECT code, ndc_names AS names FROM reference.route WHERE release_id = $1 AND origin = ANY ($2)',
  );
  const medicines = await all<SameMedicine & { key: string }>(knownMedicines);

  const { bySubstance, byName } = substanceIndex(ingredients);
  const scheduleOf = new Map(ingredients.map(({ code, schedule }) => [code, schedule]));
  const formOf = new Map(forms.flatMap((form) => form.names.map((name) => [name, form])));
  const formByCode = new Map(forms.map((form) => [form.code, form]));
  const routeOf = new Map(routes.flatMap(({ code, names }) => names.map((name) => [name, code])));
  const routeCodes = new Set(routes.map(({ code }) => code));
  const medicineOf = new Map(medicines.map(({ key, ...medicine }) => [key, medicine]));

  const key = { release_id: release, origin };
  const newIngredients = remember(
    (name: string) => newIngredient(name),
    ({ code, name }) => ({
      ...key,
      code,
      name,
      schedule: null,
      reviewed: false,
    }),
  );
  const newForms = remember(
    (name: string): Term => ({ code: slug(name), words: [name] }),
    ({ code }, name) => ({
      ...key,
      code,
      name: name.toLowerCase(),
      words: [],
      ndc_names: [name],
    }),
  );
  const newRoutes = remember(
    (name: string) => ({ code: slug(name) }),
    ({ code }, name) => ({
      ...key,
      code,
      name: name.toLowerCase(),
      exposure: 'systemic',
      ndc_names: [name],
    }),
  );
  const newCompanies = remember(
    (folded: string) => ({ code: derivedId<'Company'>(companies, folded), name: '' }),
    ({ code, name }): CompanyRow => ({ ...key, id: code, name }),
  );

  return {
    ingredient: (substance) =>
      bySubstance(substance) ?? newIngredients.get(fold(substance), () => newIngredient(substance)),
    knownIngredient: byName,
    form(ndcName, given) {
      const form = formOf.get(ndcName);
      if (!form) return newForms.get(ndcName);
      const routed = given.length === 1 ? byRoute[form.code]?.[given[0]!] : undefined;
      return (routed && formByCode.get(routed)) || form;
    },
    formOf: (code, name) => (code !== null && formByCode.get(code)) || newForms.get(name),
    routeOf: (code, name) => (code !== null && routeCodes.has(code) ? code : newRoutes.get(name).code),
    route: (ndcName) => routeOf.get(ndcName) ?? newRoutes.get(ndcName).code,
    company: (name) =>
      newCompanies.get(fold(name), (folded) => ({ code: derivedId<'Company'>(companies, folded), name }))
        .code,
    sameMedicine: (codes, form) =>
      medicineOf.get([...codes.toSorted(), form].join('|')) ?? {
        schedule: strictest(codes.map((code) => scheduleOf.get(code) ?? null)),
        category: null,
        atc: null,
      },
    async save() {
      await insertRows(tx, 'ingredient', newIngredients.take());
      await insertRows(tx, 'dosage_form', newForms.take());
      await insertRows(tx, 'route', newRoutes.take());
      await insertRows(tx, 'company', newCompanies.take());
    },
  };
}

/** Values made once per name, and rows of those made since they were last taken. */
function remember<Value, Row>(make: (name: string) => Value, row: (value: Value, name: string) => Row) {
  const made = new Map<string, Value>();
  let fresh: Row[] = [];
  return {
    get(name: string, makeThis: (name: string) => Value = make): Value {
      let value = made.get(name);
      if (value === undefined) {
        made.set(name, (value = makeThis(name)));
        fresh.push(row(value, name));
      }
      return value;
    },
    take(): Row[] {
      const taken = fresh;
      fresh = [];
      return taken;
    },
  };
}

const strictest = (each: readonly (Schedule | null)[]): Schedule | null =>
  schedules.find((schedule) => each.includes(schedule)) ?? null;

const knownIngredients = `SELECT code, ingredient.name, schedule,
    coalesce(array_agg(synonym.name ORDER BY synonym.name) FILTER (WHERE kind <> 'brand'), '{}') AS synonyms
  FROM reference.ingredient LEFT JOIN reference.ingredient_synonym synonym
    ON synonym.release_id = ingredient.release_id AND ingredient_code = code
 WHERE ingredient.release_id = $1 AND ingredient.origin = ANY ($2)
   AND (synonym.origin IS NULL OR synonym.origin = ANY ($2))
 GROUP BY code, ingredient.name, schedule ORDER BY code`;

const knownMedicines = `SELECT DISTINCT ON (key) key, schedule, category, atc FROM (
    SELECT string_agg(ingredient_code, '|' ORDER BY ingredient_code COLLATE "C") || '|' || form_code AS key,
           schedule, category, product.id,
           (SELECT value FROM reference.product_code code
             WHERE code.release_id = product.release_id AND product_id = product.id AND system = 'ATC' LIMIT 1) AS atc
      FROM reference.product JOIN reference.product_ingredient part
        ON part.release_id = product.release_id AND part.product_id = product.id
     WHERE product.release_id = $1 AND product.origin = ANY ($2)
     GROUP BY product.release_id, product.id, form_code, schedule, category) medicine
  ORDER BY key, schedule, id`;
