import { notInAudit } from '@carethread/service-kit/testing/audit-coverage.ts';
import { describe, expect, it } from '@jest/globals';
import { audited } from '../src/graphql/audited.ts';
import { resolvers } from '../src/graphql/resolvers.ts';

describe('the schemas', () => {
  it('what is shown or written of a person is on record, or left out for a reason (U-07)', async () => {
    expect(await notInAudit('payments', '.', audited, resolvers)).toEqual([]);
  });
});
