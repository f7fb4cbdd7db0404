import type { Actor } from '@carethread/contracts/actor.ts';
import type { Finding } from '@carethread/contracts/screening.ts';
import { type Connection, idIn, pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import type { Context } from '../graphql/context.ts';
import type { StoredVerdict } from '../screening.ts';

export interface ReleaseAlert {
  id: string;
  prescriptionId: string;
  releaseId: string;
  contentHash: string;
  findings: Finding[];
  gaps: StoredVerdict['notChecked'];
  foundAt: Date;
  isOpen: boolean;
}

// Answered one by one, or at once by another version of the content or the end of the prescription. A later verdict without
// the points leaves nothing open either.
const isOpen = `(p.status IN ('signed', 'blocked', 'released') AND p.content_hash = a.content_hash AND p.open_items > 0
  AND EXISTS (SELECT 1 FROM unnest(a.keys) AS key WHERE NOT EXISTS (SELECT 1 FROM finding_override v
    WHERE v.prescription_id = a.prescription_id AND v.content_hash = a.content_hash AND v.finding_key = key)))`;
const select = `SELECT * FROM (
    SELECT a.id, a.prescription_id AS "prescriptionId", a.release_id AS "releaseId", a.content_hash AS "contentHash",
      a.findings, a.gaps, a.found_at AS "foundAt", ${isOpen} AS "isOpen"
    FROM release_alert a JOIN prescription p ON p.id = a.prescription_id
    WHERE a.doctor_id = $1 AND ($2::uuid IS NULL OR a.id < $2)) each
  WHERE "isOpen" OR $3 ORDER BY id DESC LIMIT $4`;

/** What new releases say about a doctor's own prescriptions, newest first: ids are time-ordered. */
export async function listReleaseAlerts(
  { database }: Context,
  actor: Actor,
  { includeSettled, ...wish }: { includeSettled: boolean; first: number; after?: string | null | undefined },
): Promise<Connection<ReleaseAlert>> {
  const page = pageOf(wish, idIn);
  const rows = await database.asActor(actor, (tx) =>
    tx.query<ReleaseAlert>(select, [actor.userId, page.after, includeSettled, page.first + 1]),
  );
  return pageConnection(rows, page, ({ id }) => id);
}
