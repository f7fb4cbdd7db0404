import { isId } from '@carethread/contracts/ids.ts';
import DataLoader from 'dataloader';
import type { PrismaClient, TimelineEntry } from '../generated/prisma/client.ts';
import { entriesByNumber, entriesInRanges, type EntryKey, type Range } from '../read-timeline.ts';
import type { Ticket } from '../ticket.ts';
import { toTicket } from '../ticket-row.ts';

export type Loaders = ReturnType<typeof loadersFor>;

/**
 * Loaders of one request, each answering any number of references with one query. What the request's person may not see
 * is null, whoever asks for it and in whatever way.
 */
export const loadersFor = (prisma: PrismaClient) => ({
  ticket: new DataLoader<string, Ticket | null>(async (ids) => {
    const rows = await prisma.ticket.findMany({ where: { id: { in: ids.filter(isId) } } });
    const byId = new Map(rows.map((row) => [row.id, toTicket(row)]));
    return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
  }),

  accessCode: new DataLoader<string, string | null>(async (ids) => {
    const rows = await prisma.accessCode.findMany({ where: { ticketId: { in: [...ids] } } });
    const byTicket = new Map(rows.map(({ ticketId, code }) => [ticketId, code]));
    return ids.map((id) => byTicket.get(id) ?? null);
  }),

  timelineEntry: new DataLoader<string, TimelineEntry | null>(async (ids) => {
    const rows = await entriesByNumber(
      prisma,
      ids.map(entryKey).filter((key) => key !== null),
    );
    const byId = new Map(rows.map((row) => [entryId(row), row]));
    return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
  }),

  timeline: new DataLoader<Range, TimelineEntry[], string>(
    async (ranges) => {
      const rows = await entriesInRanges(prisma, ranges);
      const inRange =
        ({ ticketId, after, first }: Range) =>
        (row: TimelineEntry) =>
          row.ticketId === ticketId && row.number > after && row.number <= after + first;
      return ranges.map((range) => rows.filter(inRange(range)));
    },
    { cacheKeyFn: ({ ticketId, after, first }) => `${ticketId}:${after}:${first}` },
  ),
});

/** Id of an entry in GraphQL. */
export const entryId = ({ ticketId, number }: EntryKey) => `${ticketId}:${number}`;

function entryKey(id: string): EntryKey | null {
  const [, ticketId, number] = /^([^:]+):([1-9]\d{0,8})$/.exec(id) ?? [];
  return isId(ticketId) ? { ticketId, number: Number(number) } : null;
}
