import { isId } from '@carethread/contracts/ids.ts';
import { GraphQLError } from 'graphql';
import type { Place } from '../search-products/search-products.ts';

export const badInput = (message: string) =>
  new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

/** Checks how many rows a list is asked for. */
export function countOf(first: number): number {
  if (first < 1 || first > 100) throw badInput('first must be 1 to 100.');
  return first;
}

export const cursorOf = ({ rank, sortKey, id }: Place): string =>
  Buffer.from(JSON.stringify([rank, sortKey, id])).toString('base64url');

/** The place a cursor stands for. A cursor of another list is an error of the query. */
export function placeOf(cursor: string): Place {
  try {
    const [rank, sortKey, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (Number.isInteger(rank) && typeof sortKey === 'string' && !sortKey.includes('\0') && isId(id))
      return { rank: rank as number, sortKey, id };
  } catch {
    // Not one of ours: said below.
  }
  throw badInput('after must be a cursor of this list.');
}
