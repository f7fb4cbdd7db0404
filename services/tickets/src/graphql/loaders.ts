import DataLoader from 'dataloader';
import { isId } from '@carethread/contracts/ids.ts';
import type { PrismaClient, TimelineEntry } from '../generated/prisma/client.ts';
import type { Ticket } from '../ticket.ts';
import { toTicket } from '../ticket-row.ts';

/** Entries after `after`, at most `first`: as numbers have no gaps, that is a range of numbers. */
export interface Range {
  ticketId: string;
  after: number;
  first: number;
}

export type Loaders = ReturnType<typeof loadersFor>;

/**
 * Loaders of one request, each answering any number of references with one query. What the request's person may not see
 * is null, whoever asks for it and on whatever way.
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
    const keys = ids.map(entryKey).filter((key) => key !== null);
    const rows = await prisma.timelineEntry.findMany({ where: { OR: keys } });
    const byId = new Map(rows.map((row) => [entryId(row), row]));
    return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
  }),

  timeline: new DataLoader<Range, TimelineEntry[], string>(
    async (ranges) => {
      const rows = await prisma.timelineEntry.findMany({
        where: {
          OR: [...groupedByNumbers(ranges)].map(([, [one, ...others]]) => ({
            ticketId: { in: [one, ...others].map(({ ticketId }) => ticketId) },
            number: { gt: one.after, lte: one.after + one.first },
          })),
        },
        orderBy: [{ ticketId: 'asc' }, { number: 'asc' }],
      });
      return ranges.map(({ ticketId, after, first }) =>
        rows.filter(
          (row) => row.ticketId === ticketId && row.number > after && row.number <= after + first,
        ),
      );
    },
    { cacheKeyFn: ({ ticketId, after, first }) => `${ticketId}:${after}:${first}` },
  ),
});

/** Id of an entry in GraphQL. */
export const entryId = ({ ticketId, number }: Pick<TimelineEntry, 'ticketId' | 'number'>) =>
  `${ticketId}:${number}`;

function entryKey(id: string): Pick<TimelineEntry, 'ticketId' | 'number'> | null {
  const [, ticketId, number] = /^([^:]+):([1-9]\d{0,8})$/.exec(id) ?? [];
  return isId(ticketId) ? { ticketId, number: Number(number) } : null;
}

/** Ranges that ask for the same numbers, so that a page of tickets is one condition and not fifty. */
function groupedByNumbers(ranges: readonly Range[]): Map<string, [Range, ...Range[]]> {
  const groups = new Map<string, [Range, ...Range[]]>();
  for (const range of ranges) {
    const key = `${range.after}:${range.first}`;
    const group = groups.get(key);
    if (group) group.push(range);
    else groups.set(key, [range]);
  }
  return groups;
}
