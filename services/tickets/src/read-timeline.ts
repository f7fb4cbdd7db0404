import { Prisma, type PrismaClient, type TimelineEntry } from './generated/prisma/client.ts';

export type EntryKey = Pick<TimelineEntry, 'ticketId' | 'number'>;

/** Entries after `after`, at most `first`: as numbers have no gaps, that is a range of numbers. */
export interface Range {
  ticketId: string;
  after: number;
  first: number;
}

const columns = Prisma.sql`entry.ticket_id AS "ticketId", entry.number, entry.type, from_status AS "fromStatus",
  to_status AS "toStatus", reason, noted, subject_id AS "subjectId", from_pharmacy_id AS "fromPharmacyId",
  to_pharmacy_id AS "toPharmacyId", fence, actor_id AS "actorId", proxy_id AS "proxyId", on_behalf_of AS "onBehalfOf", channel,
  happened_at AS "happenedAt", recorded_at AS "recordedAt"`;

// Written out, because a condition per key would be another statement for each number of keys, planned as many scans.

export const entriesByNumber = (prisma: PrismaClient, keys: readonly EntryKey[]): Promise<TimelineEntry[]> =>
  prisma.$queryRaw`SELECT ${columns}
    FROM unnest(${keys.map(({ ticketId }) => ticketId)}::uuid[], ${keys.map(({ number }) => number)}::int[])
      AS wanted (ticket_id, number)
    JOIN timeline_entry AS entry USING (ticket_id, number)`;

/** In the order of their numbers. Ranges may overlap: an entry comes once for each range it is in. */
export const entriesInRanges = (prisma: PrismaClient, ranges: readonly Range[]): Promise<TimelineEntry[]> =>
  prisma.$queryRaw`SELECT ${columns}
    FROM unnest(${ranges.map(({ ticketId }) => ticketId)}::uuid[], ${ranges.map(({ after }) => after)}::int[],
      ${ranges.map(({ after, first }) => after + first)}::int[]) AS wanted (ticket_id, after, through)
    JOIN timeline_entry AS entry
      ON entry.ticket_id = wanted.ticket_id AND entry.number > wanted.after AND entry.number <= wanted.through
    ORDER BY entry.number`;
