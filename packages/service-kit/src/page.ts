import { isId } from '@carethread/contracts/ids.ts';
import { badInput } from './bad-input.ts';

/** Which part of a list is wanted: at most `first` rows, after the last row of the page before. */
export interface Page<Place> {
  readonly first: number;
  readonly after: Place | null;
}

/** A page of a list as GraphQL wants it. */
export interface Connection<Node> {
  edges: { cursor: string; node: Node }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

/** Makes a place of a list from the text in a cursor; null when it is the text of no place there. */
type ReadPlace<Place> = (text: string) => Place | null;

/** Checks the arguments of a list. A wrong one is an error of the query that names it. */
export function pageOf<Place>(
  { first, after }: { first: number; after?: string | null | undefined },
  read: ReadPlace<Place>,
): Page<Place> {
  return { first: pageSize(first), after: after ? placeIn(after, read) : null };
}

/** Checks how many rows are asked for: 1 to `most`. */
export function pageSize(size: number, most = 100, argument = 'first'): number {
  if (size < 1 || size > most) throw badInput(`${argument} must be 1 to ${most}.`);
  return size;
}

/** Clients pass cursors on and never look inside; the text in them may change its form at any time. */
export const cursorOf = (text: string): string => Buffer.from(text).toString('base64url');

/** The place a cursor stands for. A cursor of another list is an error of the query. */
export function placeIn<Place>(cursor: string, read: ReadPlace<Place>, argument = 'after'): Place {
  const place = read(Buffer.from(cursor, 'base64url').toString());
  if (place === null) throw badInput(`${argument} must be a cursor of this list.`);
  return place;
}

/** The place of a list that is sorted by id alone. */
export const idIn: ReadPlace<string> = (text) => (isId(text) ? text : null);

/** The parts of a place that was written as a JSON list; none if it was not. */
export function partsIn(text: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(text);
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

/** A connection from one row more than the page holds, if there is one. `textOf` writes a row's place. */
export const pageConnection = <Row>(
  rows: readonly Row[],
  { first, after }: Page<unknown>,
  textOf: (row: Row) => string,
): Connection<Row> =>
  connection(rows.slice(0, first), textOf, {
    hasNextPage: rows.length > first,
    hasPreviousPage: after !== null,
  });

/** A connection from nodes and what is known to lie around them. `textOf` writes a node's place. */
export function connection<Node>(
  nodes: readonly Node[],
  textOf: (node: Node) => string,
  around: { hasNextPage: boolean; hasPreviousPage: boolean },
): Connection<Node> {
  const edges = nodes.map((node) => ({ cursor: cursorOf(textOf(node)), node }));
  return {
    edges,
    pageInfo: {
      ...around,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
