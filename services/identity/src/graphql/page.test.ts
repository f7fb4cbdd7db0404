import { describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { connectionOf, pageOf } from './page.ts';

const rows = ['Ann', 'Bob', 'Bob', 'Zoë'].map((name) => ({ id: newId(), name }));

describe('a page', () => {
  it('knows whether another one follows, and where that begins', () => {
    const page = pageOf({ first: 3 });
    const { edges, pageInfo } = connectionOf(rows, page, (row) => row.name);
    expect(edges.map(({ node }) => node)).toEqual(rows.slice(0, 3));
    expect(pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(pageOf({ first: 3, after: pageInfo.endCursor }).after).toEqual({ name: 'Bob', id: rows[2]!.id });
  });

  it('is the last one when nothing follows', () => {
    const page = pageOf({
      first: 4,
      after: Buffer.from(JSON.stringify(['A', newId()])).toString('base64url'),
    });
    expect(connectionOf(rows, page, (row) => row.name).pageInfo).toMatchObject({
      hasNextPage: false,
      hasPreviousPage: true,
    });
    expect(connectionOf([], page, () => '').pageInfo).toMatchObject({ startCursor: null, endCursor: null });
  });

  it.each([0, -1, 101])('cannot have %d rows', (first) => {
    expect(() => pageOf({ first })).toThrow('first must be 1 to 100.');
  });

  it.each([
    'nonsense',
    Buffer.from('[1,2]').toString('base64url'),
    Buffer.from('["\\u0000",""]').toString('base64url'),
  ])('does not begin after %s', (after) => {
    expect(() => pageOf({ first: 10, after })).toThrow('after must be a cursor of this list.');
  });
});
