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
  const medicineOf = await readMedicines(all);

  const { bySubstance, byName } = substanceIndex(ingredients);
  const scheduleOf = new Map(ingredients.map(({ code, schedule }) => [code, schedule]));
  const formOf = new Map(forms.flatMap((form) => form.names.map((name) => [name, form])));
  const formByCode = new Map(forms.map((form) => [form.code, form]));
  const routeOf = new Map(routes.flatMap(({ code, names }) => names.map((name) => [name, code])));
  const routeCodes = new Set(routes.map(({ code }) => code));

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
      medicineOf.get(medicineKey(codes, form)) ?? {
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

const knownIngredients = `SELECT code, name, schedule,
    ARRAY(SELECT synonym.name FROM reference.ingredient_synonym synonym
           WHERE synonym.release_id = $1 AND ingredient_code = code AND kind <> 'brand' AND synonym.origin = ANY ($2)
           ORDER BY synonym.name) AS synonyms
  FROM reference.ingredient WHERE release_id = $1 AND origin = ANY ($2) ORDER BY code`;

/**
 * Medicines by ingredients and form. Put together here: the rows were written a moment ago in this transaction, so that
 * PostgreSQL knows nothing about them yet and would join them in the slowest way.
 */
async function readMedicines(all: <Row>(sql: string) => Promise<Row[]>): Promise<Map<string, SameMedicine>> {
  const of = (columns: string, table: string) =>
    `SELECT ${columns} FROM reference.${table} WHERE release_id = $1 AND origin = ANY ($2)`;
  const parts = Map.groupBy(
    await all<{ id: string; code: string }>(
      of('product_id AS id, ingredient_code AS code', 'product_ingredient'),
    ),
    ({ id }) => id,
  );
  const atc = new Map(
    (
      await all<{ id: string; value: string }>(
        `${of('product_id AS id, value', 'product_code')} AND system = 'ATC'`,
      )
    ).map(({ id, value }) => [id, value]),
  );
  const products = await all<{
    id: string;
    form: string;
    schedule: Schedule | null;
    category: string | null;
  }>(`${of('id, form_code AS form, schedule, category', 'product')} ORDER BY schedule, id`);
  const medicines = new Map<string, SameMedicine>();
  for (const { id, form, schedule, category } of products) {
    const key = medicineKey(parts.get(id)?.map(({ code }) => code) ?? [], form);
    // The strictest schedule stands first.
    if (!medicines.has(key)) medicines.set(key, { schedule, category, atc: atc.get(id) ?? null });
  }
  return medicines;
}

const medicineKey = (codes: readonly string[], form: string): string => [...codes.toSorted(), form].join('|');
