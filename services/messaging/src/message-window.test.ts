import { describe, expect, it } from '@jest/globals';
import { cursorOf } from '@carethread/service-kit/page.ts';
import { messagePage, windowOf } from './message-window.ts';
import type { MessageRow } from './rows.ts';

const rows = (...numbers: number[]) => numbers.map((number) => ({ number }) as MessageRow);

describe('windowOf', () => {
  it('reads forward from the oldest and backward from the newest', () => {
    expect(windowOf({ first: 20 })).toMatchObject({ after: 0, limit: 20, from: 'oldest' });
    expect(windowOf({ last: 20, before: cursorOf('m50') })).toMatchObject({
      before: 50,
      limit: 20,
      from: 'newest',
    });
  });

  it.each([
    {},
    { first: 1, last: 1 },
    { first: 0 },
    { first: 101 },
    { last: -1 },
    { first: 1, after: 'x' },
    { first: 1, after: cursorOf('m1 or more') },
  ])('refuses %j', (page) => {
    expect(() => windowOf(page)).toThrow(/Give exactly|must be/);
  });
});

describe('messagePage', () => {
  it.each([
    ['first page', rows(1, 2), { first: 2 }, false, true],
    ['last page', rows(4, 5), { last: 2 }, true, false],
    ['middle', rows(2, 3), { first: 2, after: cursorOf('m1') }, true, true],
    ['everything', rows(1, 2, 3, 4, 5), { first: 100 }, false, false],
    ['nothing after the end', rows(), { first: 5, after: cursorOf('m5') }, true, false],
    ['nothing before the beginning', rows(), { last: 5, before: cursorOf('m1') }, false, true],
  ])('%s', (_, messages, page, hasPreviousPage, hasNextPage) => {
    const { pageInfo } = messagePage(messages, windowOf(page), { lastNumber: 5, purgedUpTo: 0 });
    expect(pageInfo).toMatchObject({ hasPreviousPage, hasNextPage });
  });

  it('ends where messages were purged', () => {
    const { pageInfo } = messagePage(rows(3, 4), windowOf({ last: 2 }), { lastNumber: 4, purgedUpTo: 2 });
    expect(pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: false });
  });
});
