import { readFileSync } from 'node:fs';
import { schemaDrift } from '@carethread/service-kit/testing/schema-drift.ts';
import { undescribed } from '@carethread/service-kit/testing/undescribed.ts';
import { describe, expect, it } from '@jest/globals';

describe('the schemas', () => {
  it('schema.prisma has the tables and columns of the migrations', async () => {
    expect(await schemaDrift('tickets', '.')).toEqual([]);
  });

  it('schema.graphql describes everything in it', () => {
    expect(undescribed(readFileSync('schema.graphql', 'utf8'))).toEqual([]);
  });
});
