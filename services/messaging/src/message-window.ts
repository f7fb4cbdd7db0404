import { GraphQLError } from 'graphql';
import { type Connection, connection, cursorOf, pageSize, positionIn } from './page.ts';
import type { MessageRow } from './rows.ts';

/** A stretch of a thread: `limit` messages between two numbers (both exclusive), from one end of it. */
export interface Window {
  readonly after: number;
  readonly before: number;
  readonly limit: number;
  readonly from: 'oldest' | 'newest';
}

interface PageArguments {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

const largest = 2_147_483_647;
const numberIn = (cursor: string): number => Number(positionIn(cursor, /^m(\d{1,9})$/)[1]);

export function windowOf({ first, after, last, before }: PageArguments): Window {
  if ((first == null) === (last == null))
    throw new GraphQLError('Give exactly one of first and last.', { extensions: { code: 'BAD_USER_INPUT' } });
  return {
    after: after == null ? 0 : numberIn(after),
    before: before == null ? largest : numberIn(before),
    limit: pageSize((first ?? last)!),
    from: first == null ? 'newest' : 'oldest',
  };
}

/** Numbers have no gaps, so what lies around a page is known without asking. `messages` are oldest first. */
export function messagePage(
  messages: readonly MessageRow[],
  window: Window,
  lastNumber: number,
): Connection<MessageRow> {
  const [first, last] = [messages[0], messages.at(-1)];
  return connection(messages, ({ number }) => cursorOf(`m${number}`), {
    hasPreviousPage: first ? first.number > 1 : window.after > 0,
    hasNextPage: last ? last.number < lastNumber : window.before <= lastNumber,
  });
}
