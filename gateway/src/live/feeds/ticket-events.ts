import { idSchema } from '@carethread/contracts/ids.ts';
import { events } from '@carethread/contracts/registry.ts';
import { z } from 'zod';
import { from, type Feed } from '../feed.ts';
import type { LiveEvent } from '../live-event.ts';
import { maxBacklog, openDurable } from './durable.ts';

export const ticketTopic = (ticketId: string) => `ticketEvents ${ticketId}`;

const argsSchema = z.object({ ticketId: idSchema<'Ticket'>(), after: z.int().min(0).nullish() });

const mayRead = 'query LiveTicket($id: ID!) { ticket(id: $id) { version } }';
const missed = `query LiveTicketLog($id: ID!, $after: Int!, $first: Int!) {
  ticket(id: $id) { timelineLog(after: $after, first: $first) { number } }
}`;

/** Everything on one ticket's timeline. The number of a timeline entry is the event's sequence, and the cursor. */
export const ticketEvents: Feed = {
  field: 'ticketEvents',
  durable: true,
  limit: 256,
  checks: [{ type: 'TicketChanged', field: 'entry', probe: 'number' }],
  resync: (reason) => ({ __typename: 'ResyncRequired', reason }),
  // Every event of tickets, also one that does not exist yet: each is an entry, and a missing one would look like a gap.
  sources: [...events.values()]
    .filter(({ owner }) => owner === 'tickets')
    .map((definition) =>
      from(definition, ({ id, aggregateId, sequence, traceparent }) =>
        timelineEntry(id, aggregateId, sequence, traceparent),
      ),
    ),
  request(args) {
    const parsed = argsSchema.safeParse(args);
    if (!parsed.success) return null;
    const { ticketId, after } = parsed.data;
    return {
      topics: [ticketTopic(ticketId)],
      after: after ?? null,
      open: (ask) =>
        openDurable(after, {
          mayRead: async () => Boolean((await ask(mayRead, { id: ticketId }))['ticket']),
          async missedSince(cursor) {
            const data = await ask(missed, { id: ticketId, after: cursor, first: maxBacklog + 1 });
            const ticket = data['ticket'] as { timelineLog: { number: number }[] } | null;
            return ticket?.timelineLog.map(({ number }) =>
              timelineEntry(`${ticketId}:${number}`, ticketId, number, null),
            );
          },
        }),
    };
  },
};

const timelineEntry = (
  id: string,
  ticketId: string,
  number: number,
  traceparent: string | null,
): LiveEvent => ({
  id,
  topics: [ticketTopic(ticketId)],
  cursor: number,
  key: String(number),
  value: {
    __typename: 'TicketChanged',
    cursor: number,
    entry: { id: `${ticketId}:${number}` },
    ticket: { id: ticketId },
  },
  traceparent,
});
