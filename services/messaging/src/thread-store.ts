import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { EventDefinition } from '@carethread/contracts/define-event.ts';
import type { MessageId, ThreadId, TicketId } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import type { Thread } from './thread.ts';
import type { ThreadChange } from './thread-change.ts';

const columns = `id, ticket_id AS "ticketId", order_id AS "orderId", order_type AS "orderType", member_ids AS "memberIds",
  pharmacy_version AS "pharmacyVersion", ticket_status AS "ticketStatus", ticket_version AS "ticketVersion",
  opened_at AS "openedAt", active_at AS "activeAt", last_number AS "lastNumber", version, last_change AS "lastChange",
  dispensed_at AS "dispensedAt", purged_up_to AS "purgedUpTo", room_ended_at AS "roomEndedAt"`;
const lockById = `SELECT ${columns} FROM thread WHERE id = $1 FOR NO KEY UPDATE`;
const lockByMessage = `SELECT ${columns} FROM thread WHERE id = (SELECT thread_id FROM message WHERE id = $1)
  FOR NO KEY UPDATE`;
const lockByTicket = `SELECT ${columns} FROM thread WHERE ticket_id = $1 FOR NO KEY UPDATE`;

export type ThreadKey = { readonly threadId: ThreadId } | { readonly ticketId: TicketId };

/**
 * The thread, locked until the end of the transaction; null when there is none or the actor is no member. Everything
 * that changes in a thread happens under this lock. What is read after it must be a statement of its own: only that one
 * sees what the lock's former holder committed.
 */
export async function lockThread(tx: Tx, key: ThreadKey): Promise<Thread | null> {
  const [thread] =
    'threadId' in key
      ? await tx.query<Thread>(lockById, [key.threadId])
      : await tx.query<Thread>(lockByTicket, [key.ticketId]);
  return thread ?? null;
}

/** The same for the thread a message stands in. */
export async function lockThreadOf(tx: Tx, messageId: MessageId): Promise<Thread | null> {
  return (await tx.query<Thread>(lockByMessage, [messageId]))[0] ?? null;
}

/** The statement that locks a thread, where its columns are of no interest. */
export const lockingThread = (threadId: ThreadId) => ({
  text: 'SELECT FROM thread WHERE id = $1 FOR NO KEY UPDATE',
  values: [threadId],
});

const saveChange = `INSERT INTO thread_change (thread_id, number, kind, message_id, member_id, up_to, changed_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;
const saveNumbers = 'UPDATE thread SET version = $2, last_change = $3 WHERE id = $1';

/**
 * Numbers what happens in a locked thread in one transaction: events, and the changes that all members may know of.
 * `version` and `lastChange` are the numbers of the last ones.
 */
export class ThreadNews {
  readonly #tx: Tx;
  readonly #thread: Pick<Thread, 'id' | 'ticketId'>;
  readonly #cause: Cause;
  version: number;
  lastChange: number;

  constructor(tx: Tx, thread: Pick<Thread, 'id' | 'ticketId' | 'version' | 'lastChange'>, cause: Cause) {
    this.#tx = tx;
    this.#thread = thread;
    this.#cause = cause;
    this.version = thread.version;
    this.lastChange = thread.lastChange;
  }

  /** Writes an event about this thread. */
  emit<Data extends { threadId: ThreadId; ticketId: TicketId }>(
    definition: EventDefinition<string, Data>,
    data: Omit<Data, 'threadId' | 'ticketId'>,
  ): void {
    this.version += 1;
    const { id: threadId, ticketId } = this.#thread;
    emit(this.#tx, definition, {
      aggregateId: threadId,
      sequence: this.version,
      data: { threadId, ticketId, ...data } as Data,
      ...this.#cause,
    });
  }

  /** Writes a change. Answers its number. */
  change(change: ThreadChange, at: Date): number {
    this.lastChange += 1;
    const { messageId = null, memberId = null, upTo = null } = change;
    this.#tx.send(saveChange, [this.#thread.id, this.lastChange, change.kind, messageId, memberId, upTo, at]);
    return this.lastChange;
  }

  /** Keeps the numbers reached, where no other statement of the transaction does. */
  keep(): void {
    this.#tx.send(saveNumbers, [this.#thread.id, this.version, this.lastChange]);
  }
}
