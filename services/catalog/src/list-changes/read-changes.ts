import type { Tx } from '@carethread/bus/transaction.ts';
import type { UserId } from '@carethread/contracts/ids.ts';
import type { Page } from '@carethread/service-kit/page.ts';
import type { LocalChange } from '../administration/local-change.ts';
import type { CatalogChangeId, PublicationId } from '../publication/publication.ts';

export interface CatalogChangeView {
  readonly id: CatalogChangeId;
  readonly key: string;
  readonly change: LocalChange;
  readonly reason: string;
  readonly status: 'staged' | 'publishing' | 'published' | 'discarded';
  readonly version: number;
  readonly stagedBy: UserId;
  readonly stagedAt: Date;
  readonly publicationId: PublicationId | null;
  /** Whether the release in force has it, and why it could not be applied there. */
  readonly inForce: boolean;
  readonly problem: string | null;
}
export interface PublicationView {
  readonly id: PublicationId;
  readonly kind: 'changes' | 'roll_back';
  readonly status: 'queued' | 'running' | 'done' | 'failed';
  readonly releaseNumber: number | null;
  readonly reason: string;
  readonly requestedBy: UserId;
  readonly requestedAt: Date;
  readonly step: string;
  readonly stepsDone: number;
  readonly steps: number;
  readonly published: number | null;
  readonly failure: string | null;
  readonly endedAt: Date | null;
}

const changes = `SELECT each.id, each.key, each.change, reason, status, version, staged_by AS "stagedBy",
    staged_at AS "stagedAt", publication_id AS "publicationId", held.change_id IS NOT NULL AS "inForce", held.problem
  FROM operational.catalog_change each
  LEFT JOIN (reference.local_change held JOIN reference.current_release USING (release_id)) ON held.change_id = each.id`;
const publications = `SELECT id, kind, status, release_number AS "releaseNumber", reason, requested_by AS "requestedBy",
    requested_at AS "requestedAt", step, steps_done AS "stepsDone", steps, published, failure, ended_at AS "endedAt"
  FROM operational.publication`;

export const readChanges = (tx: Tx, ids: readonly string[]): Promise<CatalogChangeView[]> =>
  tx.query(`${changes} WHERE each.id = ANY ($1::uuid[])`, [ids]);

/** Newest first; one row more than the page if more follow. */
export const listChanges = (tx: Tx, wanted: readonly string[], inForce: boolean, page: Page<string>) =>
  tx.query<CatalogChangeView>(
    `${changes} WHERE status = ANY ($1::text[]) AND (NOT $2::boolean OR held.change_id IS NOT NULL)
       AND ($3::uuid IS NULL OR each.id < $3) ORDER BY each.id DESC LIMIT $4`,
    [wanted, inForce, page.after, page.first + 1],
  );

export const readPublications = (tx: Tx, ids: readonly string[]): Promise<PublicationView[]> =>
  tx.query(`${publications} WHERE id = ANY ($1::uuid[])`, [ids]);

export const listPublications = (tx: Tx, page: Page<string>): Promise<PublicationView[]> =>
  tx.query(`${publications} WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2`, [
    page.after,
    page.first + 1,
  ]);
