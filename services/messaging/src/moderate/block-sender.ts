import { emit } from '@carethread/bus/outbox.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { SenderBlocked } from '@carethread/contracts/events/messaging.ts';
import { derivedId, idSchema, type ThreadId } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { unknownThread } from '../message.ts';
import { lockThread } from '../thread-store.ts';

const inputSchema = z.object({
  threadId: idSchema<'Thread'>(),
  userId: idSchema<'User'>(),
  blocked: z.boolean(),
  reason: z.string().trim().min(3).max(500),
});

export interface Block {
  readonly threadId: ThreadId;
  readonly userId: string;
  readonly blocked: boolean;
}

const save = `INSERT INTO sender_block (thread_id, user_id, blocked, reason, decided_by, decided_at, version)
  VALUES ($1, $2, $3, $4, $5, $6, 1)
  ON CONFLICT (thread_id, user_id) DO UPDATE SET blocked = $3, reason = $4, decided_by = $5, decided_at = $6,
    version = sender_block.version + 1 WHERE sender_block.blocked <> $3
  RETURNING version`;

/**
 * Keeps a person from sending in a thread, or lets them again; they read on. It names the state it wants, so a repeat
 * changes nothing.
 */
export async function blockSender(
  database: Database,
  actor: Actor,
  input: unknown,
  { cause, now }: { cause: Cause; now: Date },
): Promise<Block | Refusal> {
  const checked = checkInput(inputSchema, input);
  if (checked instanceof Refusal) return checked;
  const { threadId, userId, blocked, reason } = checked;
  return database.asWorker(async (tx) => {
    const thread = await lockThread(tx, { threadId });
    if (!thread) return unknownThread;
    const [row] = await tx.query<{ version: number }>(save, [
      threadId,
      userId,
      blocked,
      reason,
      actor.userId,
      now,
    ]);
    if (row) {
      const aggregateId = derivedId(threadId, `block of ${userId}`);
      const data = { threadId, ticketId: thread.ticketId, userId, blocked };
      emit(tx, SenderBlocked, { aggregateId, sequence: row.version, data, ...cause });
    }
    return { threadId, userId, blocked };
  });
}
