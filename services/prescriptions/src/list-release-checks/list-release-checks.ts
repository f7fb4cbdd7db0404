import type { Actor } from '@carethread/contracts/actor.ts';
import { type Connection, pageConnection, pageOf, partsIn } from '@carethread/service-kit/page.ts';
import type { Context } from '../graphql/context.ts';

export interface ReleaseCheck {
  releaseId: string;
  publication: number;
  number: number;
  publishedAt: Date;
  asked: number;
  allAsked: boolean;
  checked: number;
  contraindicated: number;
  major: number;
  moderate: number;
  notChecked: number;
}
interface Place {
  publishedAt: string;
  publication: number;
}

const select = `SELECT release_id AS "releaseId", publication, number, published_at AS "publishedAt", asked,
    all_asked AS "allAsked", checked, contraindicated, major, moderate, not_checked AS "notChecked"
  FROM catalog_release WHERE $1::timestamptz IS NULL OR (published_at, publication) < ($1, $2)
  ORDER BY published_at DESC, publication DESC LIMIT $3`;

function placeIn(text: string): Place | null {
  const [publishedAt, publication] = partsIn(text);
  if (typeof publishedAt !== 'string' || Number.isNaN(Date.parse(publishedAt))) return null;
  return Number.isInteger(publication) ? { publishedAt, publication: publication as number } : null;
}

/** What each release meant for the prescriptions in force, newest first. Counts, and nothing about anybody. */
export async function listReleaseChecks(
  { database }: Context,
  actor: Actor,
  wish: { first: number; after?: string | null | undefined },
): Promise<Connection<ReleaseCheck>> {
  const page = pageOf(wish, placeIn);
  const { publishedAt = null, publication = null } = page.after ?? {};
  const rows = await database.asActor(actor, (tx) =>
    tx.query<ReleaseCheck>(select, [publishedAt, publication, page.first + 1]),
  );
  return pageConnection(rows, page, (row) =>
    JSON.stringify([row.publishedAt.toISOString(), row.publication]),
  );
}
