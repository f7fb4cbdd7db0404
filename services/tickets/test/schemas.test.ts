import { readFileSync } from 'node:fs';
import { notInAudit } from '@carethread/service-kit/testing/audit-coverage.ts';
import { schemaDrift } from '@carethread/service-kit/testing/schema-drift.ts';
import { undescribed } from '@carethread/service-kit/testing/undescribed.ts';
import { describe, expect, it } from '@jest/globals';
import { audited } from '../src/graphql/audited.ts';
import { resolvers } from '../src/graphql/resolvers.ts';

describe('the schemas', () => {
  it('schema.prisma has the tables and columns of the migrations', async () => {
    expect(await schemaDrift('tickets', '.')).toEqual([]);
  });

  it('what is shown or written of a person is on record, or left out for a reason (U-07)', async () => {
    expect(await notInAudit('tickets', '.', audited, resolvers)).toEqual([]);
  });

  it('schema.graphql describes everything in it', () => {
    expect(undescribed(readFileSync('schema.graphql', 'utf8'))).toEqual([]);
  });
});
