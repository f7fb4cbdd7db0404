import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { nobody } from '@carethread/service-kit/cause.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import fc from 'fast-check';
import { deleteMessage } from '../src/delete-message/delete-message.ts';
import { editMessage } from '../src/edit-message/edit-message.ts';
import { markDelivered } from '../src/mark-delivered/mark-delivered.ts';
import { markRead } from '../src/mark-read/mark-read.ts';
import { markUnread } from '../src/mark-unread/mark-unread.ts';
import { purgeThread } from '../src/keep-messages/purge-thread.ts';
import type { Retention } from '../src/retention.ts';
import { threadIdOf as makeThreadId } from '../src/thread.ts';
import { sendMessage } from '../src/sending.ts';
import { whenPharmacyChanged } from '../src/when-pharmacy-changed/when-pharmacy-changed.ts';
import { whenTicketMoved } from '../src/when-ticket-moved/when-ticket-moved.ts';
import { whenTicketOpened } from '../src/when-ticket-opened/when-ticket-opened.ts';
import { colleagueOf, type Messaging, newTicket, ticketEvents } from './messaging.ts';

/** One thing that somebody does, or that happens to a ticket. Places are taken from lists, wherever a number points. */
export type Step =
  | {
      do: 'send' | 'edit' | 'delete' | 'read' | 'unread' | 'deliver';
      who: number;
      thread: number;
      message: number;
    }
  | { do: 'change pharmacy' | 'move' | 'purge'; thread: number; pharmacy: number };

const small = fc.nat(11);
const byAPerson = (what: Extract<Step, { who: number }>['do'], weight: number) => ({
  weight,
  arbitrary: fc.record({ do: fc.constant(what), who: small, thread: small, message: small }),
});
const toATicket = (what: Extract<Step, { pharmacy: number }>['do'], weight: number) => ({
  weight,
  arbitrary: fc.record({ do: fc.constant(what), thread: small, pharmacy: small }),
});
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  byAPerson('send', 8),
  byAPerson('edit', 2),
  byAPerson('delete', 3),
  byAPerson('read', 5),
  byAPerson('unread', 3),
  byAPerson('deliver', 2),
  toATicket('change pharmacy', 3),
  toATicket('move', 1),
  toATicket('purge', 1),
);

/** Steps in groups: those of a group happen at the same time, on different devices. */
export const groupsOfSteps = (groups: number): fc.Arbitrary<Step[][]> =>
  fc.array(fc.array(anyStep, { minLength: 1, maxLength: 4 }), { minLength: groups, maxLength: groups });

/** Throws away everything of a play before. */
export const emptyAgain = 'TRUNCATE thread, inbox, bus.outbox CASCADE';

/** Three tickets that share people, as threads of their own database rows. */
export async function threeThreads({ service: { database } }: Messaging) {
  const [patient, doctor, pharmacist] = [person('patient'), person('doctor'), person('pharmacist')];
  const other = person('pharmacist');
  const people = [patient, doctor, pharmacist, colleagueOf(pharmacist), other, person('doctor')];
  const tickets = [
    newTicket({ patient, doctor, pharmacist }),
    newTicket({ patient, doctor, pharmacist: other }),
    newTicket({ patient, pharmacist, doctor: people[5]! }),
  ].map((ticket) => ({ ...ticket, events: ticketEvents(ticket) }));
  for (const { events } of tickets)
    await database.asWorker((tx) => whenTicketOpened(arrived(events.opened()), tx));
  return { people, pharmacies: [pharmacist, other], tickets };
}
type World = Awaited<ReturnType<typeof threeThreads>>;

const arrived = <Event extends object>(event: Event) => ({
  ...event,
  type: 'published',
  occurredAt: new Date(),
  actorId: null,
  correlationId: null,
  traceparent: null,
});
const oneDay: Retention = {
  classOf: { prescription: 'clinical', lab_request: 'clinical', referral: 'clinical', consultation: 'chat' },
  days: { clinical: 1, chat: 1, marketing: 1, technical: 1 },
};
const now = () => ({ cause: nobody, now: new Date() });
const pick = <Item>(items: readonly Item[], at: number): Item => items[at % items.length]!;

/** Does it, as the service would. Being refused (nobody is a member everywhere) is part of the play. */
export async function take(
  database: Database,
  { people, pharmacies, tickets }: World,
  step: Step,
): Promise<void> {
  const ticket = pick(tickets, step.thread);
  switch (step.do) {
    case 'send': {
      const sender = { actor: pick(people, step.who), cause: nobody, now: () => new Date() };
      const threadId = await threadIdOf(database, sender.actor, ticket.id);
      if (threadId) await sendMessage(database, sender, { threadId, clientId: newId(), body: 'x' });
      return;
    }
    case 'read': {
      const actor = pick(people, step.who);
      const threadId = await threadIdOf(database, actor, ticket.id);
      if (threadId) await markRead(database, actor, { threadId, upTo: step.message }, now());
      return;
    }
    case 'deliver': {
      const actor = pick(people, step.who);
      const threadId = await threadIdOf(database, actor, ticket.id);
      if (threadId) await markDelivered(database, actor, { threadId, upTo: step.message }, now());
      return;
    }
    case 'edit':
    case 'delete': {
      const actor = pick(people, step.who);
      const messages = await messagesOf(database, actor, ticket.id);
      if (messages.length === 0) return;
      const messageId = pick(messages, step.message);
      if (step.do === 'delete') await deleteMessage(database, actor, { messageId }, now());
      else {
        const edit = { messageId, body: `y${step.message}`, expectedVersion: 1 + (step.message % 2) };
        await editMessage(database, actor, edit, { ...now(), windowMs: 60_000 });
      }
      return;
    }
    case 'unread': {
      const actor = pick(people, step.who);
      const messages = await messagesOf(database, actor, ticket.id);
      if (messages.length > 0)
        await markUnread(database, actor, { messageId: pick(messages, step.message) }, now());
      return;
    }
    case 'change pharmacy': {
      const changed = ticket.events.pharmacyChanged(pick(pharmacies, step.pharmacy).organisationId);
      return database.asWorker((tx) => whenPharmacyChanged(arrived(changed), tx));
    }
    case 'purge': {
      // Some at a time, as if their time were over.
      const later = new Date(Date.now() + 86_400_000 * 10);
      const at = { now: later, most: 1 + (step.pharmacy % 5) };
      await database.asWorker((tx) => purgeThread(tx, makeThreadId(ticket.id), oneDay, at));
      return;
    }
    case 'move': {
      const moved = ticket.events.moved('created', 'sent');
      return database.asWorker((tx) => whenTicketMoved(arrived(moved), tx));
    }
  }
}

const threadIdOf = async (database: Database, actor: Actor, ticketId: string): Promise<string | undefined> =>
  (
    await database.asActor(actor, (tx) =>
      tx.query<{ id: string }>('SELECT id FROM thread WHERE ticket_id = $1', [ticketId]),
    )
  )[0]?.id;

const messagesOf = async (database: Database, actor: Actor, ticketId: string): Promise<string[]> => {
  const newestFirst = `SELECT message.id FROM message JOIN thread ON thread.id = thread_id
    WHERE ticket_id = $1 ORDER BY number DESC LIMIT 12`;
  const rows = await database.asActor(actor, (tx) => tx.query<{ id: string }>(newestFirst, [ticketId]));
  return rows.map(({ id }) => id);
};

/**
 * Everything that is not as it must be: counters against facts, totals against counters, numbers against rows. Written
 * apart from the service's own way of counting.
 */
export const disagreements = ({ sql }: Messaging) =>
  sql(`
  WITH fact AS (
    SELECT member.thread_id, member.principal_id, member.unread_count AS stored,
      count(message.id) FILTER (WHERE left_at IS NULL AND kind = 'text' AND body IS NOT NULL AND number > read_up_to
        AND sender_id IS DISTINCT FROM member.principal_id)::int AS counted
    FROM member LEFT JOIN message USING (thread_id) GROUP BY member.thread_id, member.principal_id
  )
  SELECT 'thread' AS what, thread_id AS id, stored, counted FROM fact WHERE stored <> counted
  UNION ALL
  SELECT 'total', inbox.principal_id, unread_count, coalesce(sum(counted), 0)::int
    FROM inbox LEFT JOIN fact USING (principal_id)
    GROUP BY inbox.principal_id, unread_count HAVING unread_count <> coalesce(sum(counted), 0)
  UNION ALL
  SELECT 'numbers', thread.id, last_number, count(message.id)::int
    FROM thread LEFT JOIN message ON message.thread_id = thread.id
    GROUP BY thread.id HAVING last_number - purged_up_to <> count(message.id)
      OR last_number <> coalesce(max(number), purged_up_to)
  UNION ALL
  SELECT 'changes', thread.id, last_change, count(thread_change.number)::int
    FROM thread LEFT JOIN thread_change ON thread_change.thread_id = thread.id
    GROUP BY thread.id HAVING last_change - changes_from <> count(thread_change.number)
      OR last_change <> coalesce(max(number), changes_from)
  UNION ALL
  SELECT 'members', thread.id, cardinality(member_ids), count(principal_id)::int
    FROM thread LEFT JOIN member ON member.thread_id = thread.id AND left_at IS NULL
    GROUP BY thread.id HAVING cardinality(member_ids) <> count(*) FILTER (WHERE principal_id = ANY (member_ids))`);
