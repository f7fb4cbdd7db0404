import type { Tx } from '@carethread/bus/transaction.ts';
import type { LegalHoldId, ThreadId, TicketId, UserId } from '@carethread/contracts/ids.ts';
import type { Page } from '@carethread/service-kit/page.ts';

/** Why a thread is kept, by whom, and until when. */
export interface Hold {
  readonly id: LegalHoldId;
  readonly threadId: ThreadId;
  readonly ticketId: TicketId;
  readonly reason: string;
  readonly setBy: UserId;
  readonly setAt: Date;
  readonly liftReason: string | null;
  readonly liftedBy: UserId | null;
  readonly liftedAt: Date | null;
}

const select = `SELECT legal_hold.id, thread_id AS "threadId", ticket_id AS "ticketId", reason, set_by AS "setBy",
    set_at AS "setAt", lift_reason AS "liftReason", lifted_by AS "liftedBy", lifted_at AS "liftedAt"
  FROM legal_hold JOIN thread ON thread.id = thread_id`;

export async function holdById(tx: Tx, id: LegalHoldId): Promise<Hold | null> {
  return (await tx.query<Hold>(`${select} WHERE legal_hold.id = $1`, [id]))[0] ?? null;
}

/** Holds, in the order of their ids; one more than the page holds if more follow. */
export const holdsPage = (tx: Tx, inForceOnly: boolean, { first, after }: Page<string>): Promise<Hold[]> =>
  tx.query<Hold>(
    `${select} WHERE ($1::uuid IS NULL OR legal_hold.id > $1) AND (NOT $2 OR lifted_at IS NULL)
     ORDER BY legal_hold.id LIMIT $3`,
    [after, inForceOnly, first + 1],
  );

/** A text that was deleted while a hold kept it. */
export interface KeptText {
  readonly messageId: string;
  readonly version: number;
  readonly body: string;
  readonly keptAt: Date;
}

/** Texts kept aside of a hold's thread; one more than the page holds if more follow. */
export const heldCopies = (
  tx: Tx,
  threadId: ThreadId,
  { first, after }: Page<{ messageId: string; version: number }>,
): Promise<KeptText[]> =>
  tx.query<KeptText>(
    `SELECT message_id AS "messageId", version, body, kept_at AS "keptAt" FROM held_copy WHERE thread_id = $1
       AND ($2::uuid IS NULL OR (message_id, version) > ($2::uuid, $3::int))
     ORDER BY message_id, version LIMIT $4`,
    [threadId, after?.messageId ?? null, after?.version ?? null, first + 1],
  );
