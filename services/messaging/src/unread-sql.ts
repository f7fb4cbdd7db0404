/**
 * The one definition of "unread", as SQL: messages after a marker that somebody else sent and nobody deleted. System
 * messages have no sender, so they never match. Arguments are SQL expressions.
 */
export const countUnread = (threadId: string, principalId: string, readUpTo: string): string =>
  `(SELECT count(*)::int FROM message AS unread WHERE unread.thread_id = ${threadId}
     AND unread.number > ${readUpTo} AND unread.sender_id <> ${principalId} AND unread.deleted_at IS NULL)`;
