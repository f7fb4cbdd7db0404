import { schedule } from '@carethread/bus/task.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import type { PublicationId } from './publication.ts';
import { payloadOf, publishTask } from './publish-task.ts';

const insert = `INSERT INTO operational.publication (id, kind, release_number, reason, requested_by)
  VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING id`;

/** The refusal of what was decided on another release than the one in force. */
export const otherRelease = (current: number, expected: number): Refusal | null =>
  current === expected
    ? null
    : refuse('CONFLICT', `Release ${current} is in force now: look at the changes against it first.`, {
        path: ['input', 'expectedRelease'],
        currentVersion: current,
      });

/** Writes a publication with its task. One at a time. */
export async function order(
  tx: Tx,
  { kind, releaseNumber, reason, by }: Ordered,
  now: Date,
): Promise<PublicationId | Refusal> {
  const id = newId<'Publication'>();
  const written = await tx.query(insert, [id, kind, releaseNumber, reason, by]);
  if (written.length === 0) return refuse('ILLEGAL_MOVE', 'Another publication is under way: wait for it.');
  schedule(tx, { key: `${publishTask}:${id}`, kind: publishTask, payload: payloadOf(id), dueAt: now });
  return id;
}

interface Ordered {
  readonly kind: 'changes' | 'roll_back';
  readonly releaseNumber: number | null;
  readonly reason: string;
  readonly by: string;
}
