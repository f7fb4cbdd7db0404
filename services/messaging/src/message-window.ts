import { badInput } from '@carethread/service-kit/bad-input.ts';
import { type Connection, connection, pageSize, placeIn } from '@carethread/service-kit/page.ts';
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
function numberIn(text: string): number | null {
  const [, digits] = /^m(\d{1,9})$/.exec(text) ?? [];
  return digits ? Number(digits) : null;
}

export function windowOf({ first, after, last, before }: PageArguments): Window {
  if ((first == null) === (last == null)) throw badInput('Give exactly one of first and last.');
  return {
    after: after == null ? 0 : placeIn(after, numberIn),
    before: before == null ? largest : placeIn(before, numberIn, 'before'),
    limit: first == null ? pageSize(last!, 100, 'last') : pageSize(first),
    from: first == null ? 'newest' : 'oldest',
  };
}

/** Numbers have no gaps but the purged beginning, so what lies around a page is known without asking. `messages` are oldest first. */
export function messagePage(
  messages: readonly MessageRow[],
  window: Window,
  { lastNumber, purgedUpTo }: { lastNumber: number; purgedUpTo: number },
): Connection<MessageRow> {
  const [first, last] = [messages[0], messages.at(-1)];
  return connection(messages, ({ number }) => `m${number}`, {
    hasPreviousPage: first ? first.number > purgedUpTo + 1 : window.after > purgedUpTo,
    hasNextPage: last ? last.number < lastNumber : window.before <= lastNumber,
  });
}
