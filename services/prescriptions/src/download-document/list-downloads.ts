import type { Actor } from '@carethread/contracts/actor.ts';
import { type Connection, idIn, pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import type { Context } from '../graphql/context.ts';

export interface Download {
  id: string;
  linkId: string;
  userId: string;
  proxyId: string | null;
  organisationId: string;
  downloadedAt: Date;
}

const select = `SELECT id, link_id AS "linkId", user_id AS "userId", proxy_id AS "proxyId", organisation_id AS "organisationId",
    downloaded_at AS "downloadedAt"
  FROM document_download WHERE document_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`;

/** When a document was sent to whom, as far as the actor may see it, newest first: ids are time-ordered. */
export async function listDownloads(
  { database }: Context,
  actor: Actor,
  documentId: string,
  wish: { first: number; after?: string | null | undefined },
): Promise<Connection<Download>> {
  const page = pageOf(wish, idIn);
  const rows = await database.asActor(actor, (tx) =>
    tx.query<Download>(select, [documentId, page.after, page.first + 1]),
  );
  return pageConnection(rows, page, ({ id }) => id);
}
