import { outsideCall } from '@carethread/bus/task-handlers.ts';
import { inTransaction, type Tx } from '@carethread/bus/transaction.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { adminPool } from '../release/admin-pool.ts';
import { makeRelease, type Order, stepsOf, Unpublishable } from './make-release.ts';
import type { PublicationId, StagedChange } from './publication.ts';

export const publishTask = 'publish-release';
export const payloadOf = (publicationId: PublicationId) => ({ publicationId });

/** A release may take longer: the next attempt then waits at the lock and finds it done. */
const leaseMs = 120_000;
const mostAttempts = 5;

const begin = `UPDATE operational.publication SET status = 'running' WHERE id = $1 AND status IN ('queued', 'running')
  RETURNING id, kind, release_number AS "releaseNumber"`;
const changesOf = `SELECT id, key, change, staged_by AS "stagedBy" FROM operational.catalog_change
  WHERE publication_id = $1 ORDER BY id`;
const progress = `UPDATE operational.publication SET step = $2, steps_done = least(steps_done + 1, steps)
  WHERE id = $1 AND status = 'running'`;
const begun = 'UPDATE operational.publication SET steps = $2, steps_done = 0 WHERE id = $1';
const succeeded = `UPDATE operational.publication SET status = 'done', step = 'done', steps_done = steps, published = $2,
    ended_at = now() WHERE id = $1`;
const failed = `UPDATE operational.publication SET status = 'failed', step = 'failed', failure = $2, ended_at = now()
  WHERE id = $1`;
const keep = `UPDATE operational.catalog_change SET status = 'published', version = version + 1 WHERE publication_id = $1`;
const giveBack = `UPDATE operational.catalog_change SET status = 'staged', publication_id = NULL, version = version + 1
  WHERE publication_id = $1`;

const takeUp = `UPDATE bus.task SET due_at = now() WHERE kind = '${publishTask}' AND due_at > now()`;

/**
 * What a process that died had in hand is taken up when the service starts, not when its lease ends. If another instance
 * is still at it, this one waits at the lock and finds the release done.
 */
export const resumePublishing = (database: Database): Promise<void> =>
  database.asWorker(async (tx) => void (await tx.query(takeUp)));

type Outcome = { readonly published: number } | { readonly failure: string };

/**
 * Makes a release as the catalog's administrator, outside the worker's own transaction: a process that dies leaves
 * nothing of it, and the task is taken up again when its lease ends.
 */
export const publishRelease = (database: Database, adminUrl: string) =>
  outsideCall<Order | null, Outcome | null>({
    leaseMs,
    async prepare({ payload }, tx: Tx) {
      const { publicationId } = payload as ReturnType<typeof payloadOf>;
      const [publication] = await tx.query<Omit<Order, 'changes'>>(begin, [publicationId]);
      if (!publication) return null;
      tx.send(begun, [publicationId, stepsOf(publication.kind)]);
      return { ...publication, changes: await tx.query<StagedChange>(changesOf, [publicationId]) };
    },
    async call(order, { attempts }) {
      if (!order) return null;
      const tell = (step: string) =>
        database.asWorker(async (tx) => void (await tx.query(progress, [order.id, step])));
      const pool = adminPool(adminUrl);
      try {
        const lastAttempt = attempts >= mostAttempts;
        return {
          published: await inTransaction(pool, (tx) => makeRelease(tx, order, { lastAttempt, tell })),
        };
      } catch (error) {
        if (error instanceof Unpublishable) return { failure: error.message };
        throw error;
      } finally {
        await pool.end();
      }
    },
    async record(outcome, { payload }, tx) {
      if (!outcome) return;
      const { publicationId } = payload as ReturnType<typeof payloadOf>;
      const done = 'published' in outcome;
      tx.send(done ? keep : giveBack, [publicationId]);
      tx.send(done ? succeeded : failed, [publicationId, done ? outcome.published : outcome.failure]);
    },
  });
