import { GraphQLError } from 'graphql';

const wrong = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

/** How many a page is to hold, or an error when that is out of range. */
export function pageSize(first: number | null | undefined, otherwise: number, most = 100): number {
  const size = first ?? otherwise;
  if (size < 1 || size > most) throw wrong(`first: must be from 1 to ${most}`);
  return size;
}

/** A place in a list as an opaque text. */
export const toCursor = (place: string | number): string => Buffer.from(String(place)).toString('base64url');

/** The place a cursor stands for; null without a cursor. `fits` says whether it can be one of this list. */
export function fromCursor(
  cursor: string | null | undefined,
  fits: (place: string) => boolean,
): string | null {
  if (cursor == null) return null;
  const place = Buffer.from(cursor, 'base64url').toString();
  if (!fits(place)) throw wrong('after: is not a cursor of this list');
  return place;
}

/** A connection from one row more than the page holds, if there is one. */
export function connection<Row>(
  rows: readonly Row[],
  size: number,
  placeOf: (row: Row) => string | number,
  after: boolean,
) {
  const edges = rows.slice(0, size).map((node) => ({ cursor: toCursor(placeOf(node)), node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage: after,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
