import { readFileSync } from 'node:fs';
import { notInAudit } from '@carethread/service-kit/testing/audit-coverage.ts';
import { schemaDrift } from '@carethread/service-kit/testing/schema-drift.ts';
import { undescribed } from '@carethread/service-kit/testing/undescribed.ts';
import { describe, expect, it } from '@jest/globals';
import { audited } from '../src/graphql/audited.ts';
import { resolvers } from '../src/graphql/resolvers.ts';

/** What the client has no use for: rules and search words are read, and origins compared, with SQL. */
const tables = [
  'allergy_rule',
  'contraindication_rule',
  'current_release',
  'dosage_guideline',
  'duplicate_rule',
  'generic_group',
  'generic_group_member',
  'ingredient_approval',
  'interaction_rule',
  'local_change',
  'look_alike',
  'other_allergen',
  'publication_done',
  'release_part',
  'release_publication',
  'route',
  'search_company',
  'search_document',
  'search_label',
  'search_posting',
  'search_shape',
  'search_word',
  'shadowed_row',
  'therapeutic_category',
  'unit',
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
  'package_price',
  'product_code',
  'product_ingredient',
  'product_route',
];
const columns = [
  'dosage_form.ndc_names',
  'dosage_form.words',
  'release.base_id',
  'release.concerns',
  'release.judged',
  'release.pruned',
];
const readWithSql = [...tables, ...withOrigin.map((table) => `${table}.origin`), ...columns];

describe('the schemas', () => {
  it('schema.prisma has the tables and columns of the migrations', async () => {
    expect(await schemaDrift('catalog', '.')).toEqual(
      readWithSql.map((name) => `${name}: only in the migrations`).toSorted(),
    );
  });

  it('what is shown or written of a person is on record, or left out for a reason (U-07)', async () => {
    expect(await notInAudit('catalog', '.', audited, resolvers)).toEqual([]);
  });

  it('schema.graphql describes everything in it', () => {
    expect(undescribed(readFileSync('schema.graphql', 'utf8'))).toEqual([]);
  });
});
