import type { Tx } from '@carethread/bus/transaction.ts';
import type { MessageId, PrincipalId, ThreadId } from '@carethread/contracts/ids.ts';
import type { Marker } from './marker.ts';
import type { Hearer } from './mention.ts';
import { followReaders } from './search-store.ts';
import type { Seat, Seating } from './seating.ts';
import type { Thread } from './thread.ts';
import { countUnread } from './unread-sql.ts';

/** The members now. Read it after the thread was locked. */
export const seatedIn = (tx: Tx, threadId: ThreadId): Promise<Seat[]> =>
  tx.query<Seat>(
    'SELECT principal_id AS "principalId", role FROM member WHERE thread_id = $1 AND left_at IS NULL',
    [threadId],
  );

/** SQL: whether a member row's mute holds at a moment. */
const quietAt = (moment: string) => `(muted AND (muted_until IS NULL OR muted_until > ${moment}))`;
const findHearers = `SELECT principal_id AS "principalId", role, ${quietAt('$2')} AS quiet FROM member
  WHERE thread_id = $1 AND left_at IS NULL`;

/** The members now, as far as announcing something to them goes. */
export const hearersIn = (tx: Tx, threadId: ThreadId, now: Date): Promise<Hearer[]> =>
  tx.query<Hearer>(findHearers, [threadId, now]);

const findHearersOf = findHearers.replace('$1', '(SELECT thread_id FROM message WHERE id = $1)');

/** The same for the thread a message stands in. */
export const hearersOf = (tx: Tx, messageId: MessageId, now: Date): Promise<Hearer[]> =>
  tx.query<Hearer>(findHearersOf, [messageId, now]);

/**
 * `announcedTo` as SQL, for a message that is stored in one statement: the two lists as a jsonb object. Arguments are SQL
 * expressions.
 */
export const announcing = (
  of: Record<'threadId' | 'senderId' | 'now' | 'members' | 'roles', string>,
): string => {
  const mentioned = `(principal_id = ANY (${of.members}) OR role = ANY (${of.roles}))`;
  const ids = (which: string) => `coalesce(jsonb_agg(principal_id) FILTER (WHERE ${which}), '[]')`;
  return `(SELECT jsonb_build_object('notifyIds', ${ids(`NOT ${quietAt(of.now)} OR ${mentioned}`)},
      'mentionedIds', ${ids(mentioned)}) FROM member
    WHERE thread_id = ${of.threadId} AND left_at IS NULL AND principal_id <> ${of.senderId})`;
};

// In one order for everybody, or two threads opened at once for the same new people wait for each other.
const makeInboxes = `INSERT INTO inbox (principal_id)
  SELECT id FROM unnest($1::uuid[]) AS newcomer (id) ORDER BY id ON CONFLICT DO NOTHING`;
// Who comes back finds the marker where it was.
const join = `INSERT INTO member (thread_id, principal_id, role, joined_at, active_at)
  SELECT $1, id, role, $4, $5 FROM unnest($2::uuid[], $3::text[]) AS newcomer (id, role)
  ON CONFLICT (thread_id, principal_id) DO UPDATE SET left_at = NULL, role = excluded.role,
    joined_at = excluded.joined_at, active_at = excluded.active_at`;
// One statement for who comes and who goes: it locks their inboxes in the one order. Two statements, in two threads
// between which two pharmacies change places, wait for each other.
const settle = `UPDATE member SET left_at = CASE WHEN principal_id = ANY ($3::uuid[]) THEN $4::timestamptz END,
    unread_count = CASE WHEN principal_id = ANY ($3::uuid[]) THEN 0
      ELSE ${countUnread('$1', 'member.principal_id', 'member.read_up_to')} END
  WHERE thread_id = $1 AND principal_id = ANY ($2::uuid[])`;

/** Lets newcomers in and others go. The whole history is open to newcomers, and unread as far as they never read it. */
export function changeSeats(tx: Tx, thread: Thread, { joining, leaving }: Seating, now: Date): void {
  const newcomers = joining.map(({ principalId }) => principalId);
  if (newcomers.length > 0) {
    tx.send(makeInboxes, [newcomers]);
    tx.send(join, [thread.id, newcomers, joining.map(({ role }) => role), now, thread.activeAt]);
  }
  if (leaving.length > 0 || thread.lastNumber > 0)
    tx.send(settle, [thread.id, [...newcomers, ...leaving], leaving, now]);
  followReaders(tx, thread.id);
}

const findMarker = `SELECT thread_id AS "threadId", read_up_to AS "readUpTo", delivered_up_to AS "deliveredUpTo",
    shown_read_up_to AS "shownReadUpTo", ${countUnread('$1', '$2', '$3')} AS "unreadAfter",
    (SELECT reads_privately FROM inbox WHERE inbox.principal_id = $2) AS privately
  FROM member WHERE thread_id = $1 AND principal_id = $2 AND left_at IS NULL`;

/** A member's marker, and what moving it to `readUpTo` depends on. */
export interface FoundMarker extends Marker {
  /** Unread messages they would have with the marker there. */
  readonly unreadAfter: number;
  /** They have chosen that the others are not told what they have read. */
  readonly privately: boolean;
}

export async function markerOf(
  tx: Tx,
  threadId: ThreadId,
  principalId: PrincipalId,
  readUpTo: number,
): Promise<FoundMarker | null> {
  const [marker] = await tx.query<FoundMarker>(findMarker, [threadId, principalId, readUpTo]);
  return marker ?? null;
}

const moveMarker = `UPDATE member SET read_up_to = $3, delivered_up_to = $4, unread_count = $5, shown_read_up_to = $6
  WHERE thread_id = $1 AND principal_id = $2`;

export const saveMarker = (tx: Tx, principalId: PrincipalId, marker: Marker, unread: number): void =>
  tx.send(moveMarker, [
    marker.threadId,
    principalId,
    marker.readUpTo,
    marker.deliveredUpTo,
    unread,
    marker.shownReadUpTo,
  ]);
