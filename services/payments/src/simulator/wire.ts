import { randomBytes } from 'node:crypto';

/** What is sent back. `no answer` keeps the client waiting; `hang up` cuts the connection, which clients try again at once. */
export type Reply = { readonly status: number; readonly body: unknown } | 'no answer' | 'hang up';

export const ok = (body: unknown): Reply => ({ status: 200, body });

export const wireError = (
  status: number,
  error: { type: string; code?: string; decline_code?: string; message: string; payment_intent?: unknown },
): Reply => ({ status, body: { error } });

export const notFound = (what: string): Reply =>
  wireError(404, { type: 'invalid_request_error', code: 'resource_missing', message: `No such ${what}.` });

export const newWireId = (prefix: string): string => `${prefix}_${randomBytes(12).toString('hex')}`;

export const nowInSeconds = (): number => Math.floor(Date.now() / 1000);

interface Listed {
  readonly id: string;
  readonly created: number;
}

/** A page of a list, newest first, as Stripe gives it. */
export function listPage<Item extends Listed>(
  items: Iterable<Item>,
  {
    limit = 10,
    after,
    since = 0,
    until = Infinity,
  }: { limit?: number; after?: string | undefined; since?: number; until?: number },
): Reply {
  const fitting = [...items].reverse().filter(({ created }) => created >= since && created < until);
  const start = after ? fitting.findIndex(({ id }) => id === after) + 1 : 0;
  const data = fitting.slice(start, start + limit);
  return ok({ object: 'list', data, has_more: start + limit < fitting.length });
}
