import type { Tx } from '@carethread/bus/transaction.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { RoomMoved } from '@carethread/contracts/events/messaging.ts';
import { idSchema, newId, type ThreadId } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { hearersIn, seatedIn } from '../member-store.ts';
import { saveMessage } from '../message-store.ts';
import { notice } from '../post-notice.ts';
import { decideRoom, type RoomStatus } from '../room.ts';
import { principalOf, type Thread } from '../thread.ts';
import { lockThread, ThreadNews } from '../thread-store.ts';

const inputSchema = z.object({ threadId: idSchema<'Thread'>() });
const save = 'UPDATE thread SET room_ended_at = $2, version = $3 WHERE id = $1';

/**
 * Ends the room of a consultation, or lets it go on. As the worker, because the thread is told by a message of the
 * system; that the actor is its doctor is decided from the members.
 */
export async function moveRoom(
  database: Database,
  actor: Actor,
  input: unknown,
  { to, cause, now }: { to: RoomStatus; cause: Cause; now: Date },
): Promise<ThreadId | Refusal> {
  const checked = checkInput(inputSchema, input);
  if (checked instanceof Refusal) return checked;
  const { threadId } = checked;
  return database.asWorker(async (tx) => {
    const [thread, seats] = await Promise.all([lockThread(tx, { threadId }), seatedIn(tx, threadId)]);
    const seat = seats.find(({ principalId }) => principalId === principalOf(actor));
    const decision = decideRoom(thread, seat, to);
    if (decision instanceof Refusal) return decision;
    if (decision) await saveRoom(tx, decision.thread, { to, cause, now });
    return threadId;
  });
}

async function saveRoom(
  tx: Tx,
  thread: Thread,
  { to, cause, now }: { to: RoomStatus; cause: Cause; now: Date },
): Promise<void> {
  const status = to === 'ENDED' ? 'ended' : 'active';
  const news = new ThreadNews(tx, thread, cause);
  news.emit(RoomMoved, { appointmentId: thread.orderId, status });
  tx.send(save, [thread.id, to === 'ENDED' ? now : null, news.version]);
  const hearers = await hearersIn(tx, thread.id, now);
  const told = notice(
    thread,
    { code: 'room.moved', params: { to: status } },
    { id: newId<'Message'>(), at: now },
  );
  saveMessage(tx, { ...thread, version: news.version }, told, { cause, hearers });
}
