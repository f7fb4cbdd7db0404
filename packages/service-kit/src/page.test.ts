import { describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { connection, cursorOf, idIn, pageConnection, pageOf, pageSize, partsIn, placeIn } from './page.ts';

const rows = Array.from({ length: 4 }, () => ({ id: newId() }));
const idOf = ({ id }: { id: string }) => id;

describe('a page', () => {
  it('knows whether another one follows, and where that begins', () => {
    const { edges, pageInfo } = pageConnection(rows, pageOf({ first: 3 }, idIn), idOf);
    expect(edges.map(({ node }) => node)).toEqual(rows.slice(0, 3));
    expect(pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(pageInfo.startCursor).toBe(edges[0]!.cursor);
    expect(pageOf({ first: 3, after: pageInfo.endCursor }, idIn).after).toBe(rows[2]!.id);
  });

  it('is the last one when nothing follows', () => {
    const page = pageOf({ first: 4, after: cursorOf(newId()) }, idIn);
    expect(pageConnection(rows, page, idOf).pageInfo).toMatchObject({
      hasNextPage: false,
      hasPreviousPage: true,
    });
  });

  it('may be empty, wherever it lies', () => {
    const around = { hasNextPage: true, hasPreviousPage: true };
    expect(connection([], idOf, around)).toEqual({
      edges: [],
      pageInfo: { ...around, startCursor: null, endCursor: null },
    });
  });

  it.each([null, undefined, ''])('begins at the beginning after %j', (after) => {
    expect(pageOf({ first: 1, after }, idIn)).toEqual({ first: 1, after: null });
  });

  it.each([0, -1, 101])('cannot have %d rows', (first) => {
    expect(() => pageOf({ first }, idIn)).toThrow('first must be 1 to 100.');
  });

  it('can have another limit and another argument', () => {
    expect(pageSize(101, 101)).toBe(101);
    expect(() => pageSize(102, 101, 'last')).toThrow('last must be 1 to 101.');
  });
});

describe('a cursor', () => {
  it.each(['nonsense', cursorOf('nonsense'), cursorOf('{}')])('of another list is refused: %s', (cursor) => {
    expect(() => pageOf({ first: 1, after: cursor }, idIn)).toThrow('after must be a cursor of this list.');
    expect(() => placeIn(cursor, idIn, 'before')).toThrow('before must be a cursor of this list.');
  });

  it('is an error of the query when it is wrong', () => {
    expect(() => placeIn('x', idIn)).toThrow(
      expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } }),
    );
  });

  it('may say several things', () => {
    const place = ['Zoë', 3];
    expect(placeIn(cursorOf(JSON.stringify(place)), partsIn)).toEqual(place);
    for (const text of ['', '{}', 'null', '"ab"', '[1']) expect(partsIn(text)).toEqual([]);
  });
});
