import type { Tx } from '@carethread/bus/transaction.ts';
import { MemberLeft, ThreadOpened } from '@carethread/contracts/events/messaging.ts';
import type { TicketKind } from '@carethread/contracts/events/tickets.ts';
import type { AppointmentId, TicketId } from '@carethread/contracts/ids.ts';
import { changeSeats, seatedIn } from './member-store.ts';
import { decideSeating, type Parties, type Seating } from './seating.ts';
import { type Thread, threadIdOf } from './thread.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import { lockThread, ThreadNews } from './thread-store.ts';

/** What an event, or somebody who looks before the event, knows about a ticket. */
export interface TicketNews {
  readonly ticketId: TicketId;
  readonly parties: Parties;
  readonly order?: { readonly id: AppointmentId | null; readonly type: TicketKind };
}

const make = 'INSERT INTO thread (id, ticket_id, active_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING';
const save = `UPDATE thread SET member_ids = $2, pharmacy_version = $3, order_id = $4, order_type = $5, opened_at = $6,
  version = $7 WHERE id = $1`;

/**
 * Makes the ticket's thread if nobody has, and its members what the news says. As the worker: whoever looks first is no
 * member yet. Answers the thread as it is now, locked.
 */
export async function seatParties(tx: Tx, news: TicketNews, cause: Cause, now: Date): Promise<Thread> {
  const { ticketId, parties, order } = news;
  const id = threadIdOf(ticketId);
  tx.send(make, [id, ticketId, now]);
  const [thread, seated] = await Promise.all([lockThread(tx, { ticketId }), seatedIn(tx, id)]);
  if (!thread) throw new Error('The thread that was just made is not there.');
  const seating = decideSeating(thread, seated, parties);
  if (seating.joining.length > 0 || seating.leaving.length > 0) changeSeats(tx, thread, seating, now);
  const after: Thread = {
    ...thread,
    memberIds: memberIdsAfter(thread, seating),
    pharmacyVersion: seating.pharmacyVersion,
    orderId: order ? order.id : thread.orderId,
    orderType: order ? order.type : thread.orderType,
    openedAt: seating.opens ? now : thread.openedAt,
    version: tell(tx, thread, seating, cause),
  };
  tx.send(save, [
    id,
    after.memberIds,
    after.pharmacyVersion,
    after.orderId,
    after.orderType,
    after.openedAt,
    after.version,
  ]);
  return after;
}

const memberIdsAfter = ({ memberIds }: Thread, { joining, leaving }: Seating) => [
  ...memberIds.filter((id) => !leaving.includes(id)),
  ...joining.map(({ principalId }) => principalId),
];

/** Writes the events; answers the thread's version after them. */
function tell(tx: Tx, thread: Thread, seating: Seating, cause: Cause): number {
  const news = new ThreadNews(tx, thread, cause);
  if (seating.opens) news.emit(ThreadOpened, {});
  for (const memberId of seating.leaving) news.emit(MemberLeft, { memberId });
  return news.version;
}
