import { eventFrom, insertEventFrom } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import { MessagePosted } from '@carethread/contracts/events/messaging.ts';
import type { MessageId, UserId } from '@carethread/contracts/ids.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import type { Message } from './message.ts';
import type { MessageRow } from './rows.ts';
import { closedStatuses, type Thread } from './thread.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import { ThreadEvents } from './thread-store.ts';

const columns = `id, thread_id AS "threadId", number, kind, routing, sender_id AS "senderId", sent_by AS "sentBy",
  client_id AS "clientId", fingerprint, body, notice, reply_to AS "replyTo", prescription_id AS "prescriptionId",
  sent_at AS "sentAt"`;
const byClientId = `SELECT ${columns} FROM message WHERE sent_by = $1 AND client_id = $2`;
const byIds = `SELECT ${columns} FROM message WHERE id = ANY($1::uuid[])`;
const byId = `SELECT ${columns} FROM message WHERE id = $1`;

/** What this person sent under this client id before. */
export async function sentEarlier(tx: Tx, sentBy: UserId, clientId: string): Promise<Message | null> {
  return (await tx.query<Message>(byClientId, [sentBy, clientId]))[0] ?? null;
}

export async function messageById(tx: Tx, id: MessageId): Promise<Message | null> {
  return (await tx.query<Message>(byId, [id]))[0] ?? null;
}

/** Those of these messages that the current actor may see: what every live update reads. */
export const messagesById = (database: Database, ids: readonly string[]): Promise<MessageRow[]> =>
  database.read<MessageRow>(byIds, [ids]);

// One statement instead of three saves 8 % of the time that sending takes. A message without a sender (of the system) moves the thread
// up in every inbox and is unread in none.
const post = `WITH posted AS (
    INSERT INTO message (id, thread_id, number, kind, routing, sender_id, sent_by, client_id, fingerprint, body, notice,
      reply_to, prescription_id, sent_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
  ), advanced AS (
    UPDATE thread SET last_number = $3, version = $15, active_at = greatest(active_at, $14) WHERE id = $2
  )
  UPDATE member SET active_at = greatest(active_at, $14),
    unread_count = unread_count + CASE WHEN principal_id <> $6::uuid THEN 1 ELSE 0 END
  WHERE thread_id = $2 AND left_at IS NULL`;

/** Stores a message with its number, the members' counters and its event. Nothing is awaited: it travels with COMMIT. */
export function saveMessage(tx: Tx, thread: Thread, message: Message, cause: Cause): void {
  const { id, threadId, number, kind, routing, senderId, sentAt } = message;
  const events = new ThreadEvents(tx, thread, cause);
  tx.send(post, [
    id,
    threadId,
    number,
    kind,
    routing,
    senderId,
    message.sentBy,
    message.clientId,
    message.fingerprint,
    message.body,
    message.notice && JSON.stringify(message.notice),
    message.replyTo,
    message.prescriptionId,
    sentAt,
    thread.version + 1,
  ]);
  events.emit(MessagePosted, {
    threadId,
    ticketId: thread.ticketId,
    messageId: id,
    number,
    senderId,
    kind,
    routing,
    memberIds: [...thread.memberIds],
  });
}

/** A text message as far as it is known before the database has given it its number. */
export type Unnumbered = Omit<Message, 'number' | 'kind' | 'notice' | 'replyTo'> & {
  readonly replyToId: MessageId | null;
};

const place = `SELECT thread.*, answered.number AS reply_to FROM thread
    LEFT JOIN message AS answered ON answered.id = $9 AND answered.thread_id = thread.id
    WHERE thread.id = $2 AND (ticket_status <> ALL ($12) OR ticket_status IS NULL)
      AND ($9::uuid IS NULL OR answered.id IS NOT NULL)
      AND NOT EXISTS (SELECT FROM message AS earlier WHERE earlier.sent_by = $5 AND earlier.client_id = $6)`;
const postNext = `WITH place AS (${place}), posted AS (
    INSERT INTO message (id, thread_id, number, kind, routing, sender_id, sent_by, client_id, fingerprint, body, reply_to,
      prescription_id, sent_at)
    SELECT $1, id, last_number + 1, 'text', $3, $4, $5, $6, $7, $8, reply_to, $10, $11 FROM place
  ), advanced AS (
    UPDATE thread SET last_number = place.last_number + 1, version = place.version + 1,
      active_at = greatest(place.active_at, $11)
    FROM place WHERE thread.id = place.id
  ), counted AS (
    UPDATE member SET active_at = greatest(member.active_at, $11),
      unread_count = unread_count + CASE WHEN principal_id <> $4 THEN 1 ELSE 0 END
    FROM place WHERE thread_id = place.id AND left_at IS NULL
  ), told AS (${insertEventFrom(13, {
    from: 'place',
    aggregate: 'id',
    sequence: 'version + 1',
    payload: `jsonb_build_object('ticketId', ticket_id, 'number', last_number + 1, 'memberIds', member_ids)`,
  })})
  SELECT last_number + 1 AS number, reply_to AS "replyTo" FROM place`;

/**
 * The statement that stores a message as the next of its thread, with counters and event, where `decideSending` would
 * call it new; elsewhere it stores nothing and answers no row. The thread must be locked by a statement before it.
 */
export function postingNext(message: Unnumbered, cause: Cause): { text: string; values: unknown[] } {
  const { id, threadId, routing, senderId, sentBy } = message;
  const known = { threadId, messageId: id, senderId, kind: 'text' as const, routing };
  return {
    text: postNext,
    values: [
      id,
      threadId,
      routing,
      senderId,
      sentBy,
      message.clientId,
      message.fingerprint,
      message.body,
      message.replyToId,
      message.prescriptionId,
      message.sentAt,
      closedStatuses,
      ...eventFrom(MessagePosted, known, cause),
    ],
  };
}
