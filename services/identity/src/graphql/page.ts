import { isId } from '@carethread/contracts/ids.ts';
import { GraphQLError } from 'graphql';

/** Which part of a list that is sorted by name, then id. One row more than `first` tells whether another page follows. */
export interface Page {
  first: number;
  /** The last row of the page before. */
  after: Place | null;
}
interface Place {
  name: string;
  id: string;
}

/** Checks the arguments of a list. A wrong one is an error of the query, with its name. */
export function pageOf({ first, after }: { first: number; after?: string | null | undefined }): Page {
  if (first < 1 || first > 100) throw badInput('first must be 1 to 100.');
  return { first, after: after ? placeOf(after) : null };
}

/** A connection from one row more than the page has. */
export function connectionOf<Row extends { id: string }>(
  rows: Row[],
  page: Page,
  nameOf: (row: Row) => string,
) {
  const edges = rows.slice(0, page.first).map((node) => ({ cursor: cursorOf(nameOf(node), node.id), node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > page.first,
      hasPreviousPage: page.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

const cursorOf = (name: string, id: string) => Buffer.from(JSON.stringify([name, id])).toString('base64url');

function placeOf(cursor: string): Place {
  try {
    const [name, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (typeof name === 'string' && !name.includes('\0') && isId(id)) return { name, id };
  } catch {
    // Not one of ours: said below.
  }
  throw badInput('after must be a cursor of this list.');
}

const badInput = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
