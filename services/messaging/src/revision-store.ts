import type { Tx } from '@carethread/bus/transaction.ts';
import { MessageDeleted, MessageEdited } from '@carethread/contracts/events/messaging.ts';
import type { MessageId, UserId } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import { announcedTo, type Hearer, mentionsColumn } from './mention.ts';
import type { Message } from './message.ts';
import { messageById } from './message-store.ts';
import type { Found } from './revision.ts';
import type { Thread } from './thread.ts';
import { dropEntry, rewriteEntry } from './search-store.ts';
import { lockThreadOf, ThreadNews } from './thread-store.ts';

const blockedFrom = `SELECT EXISTS (SELECT FROM sender_block WHERE user_id = $2 AND blocked
    AND thread_id = (SELECT thread_id FROM message WHERE id = $1)) AS blocked`;

/** A message and its thread, which is locked: in one round trip. */
export async function lockMessage(tx: Tx, messageId: MessageId, by: UserId): Promise<Found> {
  const [thread, message, [block]] = await Promise.all([
    lockThreadOf(tx, messageId),
    messageById(tx, messageId),
    tx.query<{ blocked: boolean }>(blockedFrom, [messageId, by]),
  ]);
  return { thread, message, blocked: block!.blocked };
}

const keepRevision = `INSERT INTO message_revision (message_id, version, thread_id, body, written_at)
  SELECT id, version, thread_id, body, coalesce(edited_at, sent_at) FROM message WHERE id = $1`;
const rewrite = 'UPDATE message SET body = $2, mentions = $3, version = $4, edited_at = $5 WHERE id = $1';

/**
 * Stores what an edited message says now, and keeps what it said. Nobody's counters change; who is mentioned for the first
 * time is told.
 */
export function saveEdit(
  tx: Tx,
  thread: Thread,
  { before, edited }: { before: Message; edited: Message },
  { cause, hearers }: { cause: Cause; hearers: readonly Hearer[] },
): void {
  const { id, number, version, editedAt, senderId } = edited;
  const mentions = edited.mentions ?? [];
  tx.send(keepRevision, [id]);
  tx.send(rewrite, [id, edited.body, mentionsColumn(mentions), version, editedAt]);
  rewriteEntry(tx, id, edited.body!, edited.language);
  const mentionedBefore = announcedTo(hearers, senderId, before.mentions ?? []).mentionedIds;
  const notifyIds = announcedTo(hearers, senderId, mentions).mentionedIds.filter(
    (mentioned) => !mentionedBefore.includes(mentioned),
  );
  const news = new ThreadNews(tx, thread, cause);
  const change = news.change({ kind: 'edited', messageId: id }, editedAt!);
  const memberIds = [...thread.memberIds];
  news.emit(MessageEdited, { messageId: id, number, version, change, memberIds, notifyIds });
  news.keep();
}

const dropRevisions = 'DELETE FROM message_revision WHERE message_id = $1';
const empty = `UPDATE message SET body = NULL, fingerprint = NULL, mentions = NULL, version = version + 1, deleted_at = $2, deleted_by = $3
  WHERE id = $1`;
const uncount = `UPDATE member SET unread_count = unread_count - 1
  WHERE thread_id = $1 AND left_at IS NULL AND read_up_to < $2 AND principal_id <> $3`;

/** Empties a message: its texts are gone, its place remains, and it is unread for nobody. */
export function saveDeletion(
  tx: Tx,
  thread: Thread,
  message: Message,
  { by, at, cause }: { by: 'author' | 'moderator'; at: Date; cause: Cause },
): void {
  const { id, number, senderId } = message;
  tx.send(empty, [id, at, by]);
  tx.send(dropRevisions, [id]);
  dropEntry(tx, id);
  tx.send(uncount, [thread.id, number, senderId]);
  const news = new ThreadNews(tx, thread, cause);
  const change = news.change({ kind: 'deleted', messageId: id }, at);
  news.emit(MessageDeleted, { messageId: id, number, by, change, memberIds: [...thread.memberIds] });
  news.keep();
}
