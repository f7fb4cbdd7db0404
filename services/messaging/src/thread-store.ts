import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { EventDefinition } from '@carethread/contracts/define-event.ts';
import type { ThreadId, TicketId } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import type { Thread } from './thread.ts';

const columns = `id, ticket_id AS "ticketId", order_id AS "orderId", order_type AS "orderType", member_ids AS "memberIds",
  pharmacy_version AS "pharmacyVersion", ticket_status AS "ticketStatus", ticket_version AS "ticketVersion",
  opened_at AS "openedAt", active_at AS "activeAt", last_number AS "lastNumber", version`;
const lockById = `SELECT ${columns} FROM thread WHERE id = $1 FOR NO KEY UPDATE`;
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

/** The statement that locks a thread, where its columns are of no interest. */
export const lockingThread = (threadId: ThreadId) => ({
  text: 'SELECT FROM thread WHERE id = $1 FOR NO KEY UPDATE',
  values: [threadId],
});

/** Numbers the thread's events of one transaction. `version` is the number of the last one. */
export class ThreadEvents {
  readonly #tx: Tx;
  readonly #threadId: ThreadId;
  readonly #cause: Cause;
  version: number;

  constructor(tx: Tx, thread: Pick<Thread, 'id' | 'version'>, cause: Cause) {
    this.#tx = tx;
    this.#threadId = thread.id;
    this.#cause = cause;
    this.version = thread.version;
  }

  emit<Data>(definition: EventDefinition<string, Data>, data: Data): void {
    this.version += 1;
    emit(this.#tx, definition, {
      aggregateId: this.#threadId,
      sequence: this.version,
      data,
      ...this.#cause,
    });
  }
}
