import { GraphQLError } from 'graphql';

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

const badInput = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

/** Checks a page size: 1 to `most`. */
export function pageSize(size: number, most = 100): number {
  if (size < 1 || size > most) throw badInput(`A page has 1 to ${most} entries, not ${size}.`);
  return size;
}

/** Clients pass cursors on and never look inside; the text in them may change its form at any time. */
export const cursorOf = (position: string): string => Buffer.from(position).toString('base64url');

/** What a cursor of ours says; `form` is what it has to look like. */
export function positionIn(cursor: string, form: RegExp): RegExpExecArray {
  const position = form.exec(Buffer.from(cursor, 'base64url').toString());
  if (!position) throw badInput('This is not a cursor of this list.');
  return position;
}

/** A connection from nodes, each with its cursor, and what lies around them. */
export function connection<Node>(
  nodes: readonly Node[],
  cursor: (node: Node) => string,
  around: { hasNextPage: boolean; hasPreviousPage: boolean },
): Connection<Node> {
  const edges = nodes.map((node) => ({ cursor: cursor(node), node }));
  const [first, last] = [edges[0], edges.at(-1)];
  return {
    edges,
    pageInfo: { ...around, startCursor: first?.cursor ?? null, endCursor: last?.cursor ?? null },
  };
}
