import { describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { cursorOf } from '@carethread/service-kit/page.ts';
import { connectionOf, pageOf } from './page.ts';

const rows = ['Ann', 'Bob', 'Bob', 'Zoë'].map((name) => ({ id: newId(), name }));

describe('a page by name', () => {
  it('goes on after a name and an id, because people may be namesakes', () => {
    const { pageInfo } = connectionOf(rows, pageOf({ first: 3 }), ({ name }) => name);
    expect(pageOf({ first: 3, after: pageInfo.endCursor }).after).toEqual({ name: 'Bob', id: rows[2]!.id });
  });

  it.each([
    'nonsense',
    cursorOf('[1,2]'),
    cursorOf(JSON.stringify(['Ann'])),
    cursorOf(JSON.stringify(['\0', newId()])),
  ])('does not begin after %s', (after) => {
    expect(() => pageOf({ first: 10, after })).toThrow('after must be a cursor of this list.');
  });
});
