import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exact } from '../src/amount/exact.ts';
import { parseStrengths } from '../src/amount/strength.ts';
import { unitOf } from '../src/amount/unit.ts';
import { loadFormulary } from '../src/formulary/load-formulary.ts';
import { type CatalogDatabase, createCatalogDatabase } from './catalog-database.ts';
import { type FoundProduct, searchFor } from './searching.ts';

interface Shipped {
  id: string;
  name: string;
  form: string;
  strength: string;
}

let database: CatalogDatabase;
let products: Shipped[];
beforeAll(async () => {
  database = await createCatalogDatabase();
  await database.as('admin', loadFormulary);
  products = await database.as('app', (tx) =>
    tx.query<Shipped>(
      `SELECT product.id, generic_name AS name, form.name AS form, strength FROM reference.product
         JOIN reference.dosage_form form ON form.release_id = product.release_id AND form.code = form_code
        ORDER BY product.id`,
    ),
  );
});
afterAll(() => database?.drop());

const search = (text: string, first = 100, after: FoundProduct | null = null) =>
  database.as('app', (tx) => searchFor(tx, text, { first, after }));
const anyProduct = () => fc.integer({ min: 0, max: products.length - 1 }).map((index) => products[index]!);

it('finds every product by its whole name, as it is shown, as an exact hit', async () => {
  await fc.assert(
    fc.asyncProperty(anyProduct(), async ({ id, name, strength, form }) => {
      const byName = await search(name);
      expect(byName.find((hit) => hit.id === id)?.reason).toBe('EXACT');
      const asShown = await search(`${name} ${strength} ${form}`);
      expect(asShown.find((hit) => hit.id === id)?.reason).toBe('EXACT');
    }),
    { numRuns: 60 },
  );
});

it('never finds another amount than the one asked for (C-07)', async () => {
  const amount = fc.tuple(
    fc.constantFrom(
      '1',
      '2',
      '2.5',
      '5',
      '10',
      '12.5',
      '20',
      '25',
      '50',
      '100',
      '250',
      '500',
      '0.5',
      '0.125',
    ),
    fc.constantFrom('mg', 'mcg', 'g'),
    fc.constantFrom(' ', ''),
  );
  const word = fc.oneof(
    anyProduct().map(({ name }) => name),
    anyProduct().map(({ name }) => name.slice(0, 4)),
    // Misspelt: one letter of a long name is left out.
    anyProduct().map(({ name }) => name.slice(0, 5) + name.slice(6)),
    fc.constant(''),
  );
  await fc.assert(
    fc.asyncProperty(word, amount, async (name, [number, unit, blank]) => {
      for (const { strength } of await search(`${name} ${number}${blank}${unit}`))
        expect(parseStrengths(strength)!.some((each) => isAmount(each, number, unit))).toBe(true);
    }),
    { numRuns: 150 },
  );
});

function isAmount(
  { amount, unit, perAmount, perUnit }: NonNullable<ReturnType<typeof parseStrengths>>[number],
  number: string,
  asked: string,
): boolean {
  const same = (a: string, aUnit: string) => {
    const [left, right, of, wanted] = [exact(a), exact(number), unitOf(aUnit), unitOf(asked)];
    if (!left || !right || of?.dimension !== wanted?.dimension) return false;
    return left.n * right.d * of!.factor.n === right.n * left.d * wanted!.factor.n;
  };
  return same(amount, unit) || (perUnit !== '1' && same(perAmount, perUnit));
}

it('shows each hit once, page after page, in the order of one long page', async () => {
  const question = fc.constantFrom(
    '',
    'a',
    'tablet',
    'hydrochlorothiazide',
    'amoxicilin',
    'insulin',
    '10 mg',
    'sodium',
  );
  await fc.assert(
    fc.asyncProperty(question, fc.integer({ min: 3, max: 40 }), async (text, size) => {
      const whole = (await search(text, 200)).slice(0, 200).map(({ id }) => id);
      const paged: string[] = [];
      for (let after: FoundProduct | null = null; paged.length < whole.length;) {
        const page: FoundProduct[] = await search(text, size, after);
        paged.push(...page.slice(0, size).map(({ id }) => id));
        if (page.length <= size) break;
        after = page[size - 1]!;
      }
      expect(paged.slice(0, whole.length)).toEqual(whole);
      expect(new Set(paged).size).toBe(paged.length);
    }),
    { numRuns: 15 },
  );
});
