import { readFileSync } from 'node:fs';
import { schemaDrift } from '@carethread/service-kit/testing/schema-drift.ts';
import { undescribed } from '@carethread/service-kit/testing/undescribed.ts';
import { describe, expect, it } from '@jest/globals';

/** What the client has no use for: rules and search words are read, and origins compared, with SQL. */
const tables = [
  'allergy_rule',
  'contraindication_rule',
  'current_release',
  'dosage_guideline',
  'duplicate_rule',
  'interaction_rule',
  'local_change',
  'look_alike',
  'other_allergen',
  'product_route',
  'publication_done',
  'route',
  'search_word',
  'shadowed_row',
  'therapeutic_category',
];
const withOrigin = [
  'company',
  'condition',
  'dosage_form',
  'ingredient',
  'ingredient_class',
  'ingredient_class_member',
  'ingredient_code',
  'ingredient_synonym',
  'package',
  'product_code',
  'product_ingredient',
];
const columns = ['dosage_form.ndc_names', 'dosage_form.words', 'product.names', 'product.words'];
const readWithSql = [...tables, ...withOrigin.map((table) => `${table}.origin`), ...columns];

describe('the schemas', () => {
  it('schema.prisma has the tables and columns of the migrations', async () => {
    expect(await schemaDrift('catalog', '.')).toEqual(
      readWithSql.map((name) => `${name}: only in the migrations`).toSorted(),
    );
  });

  it('schema.graphql describes everything in it', () => {
    expect(undescribed(readFileSync('schema.graphql', 'utf8'))).toEqual([]);
  });
});
