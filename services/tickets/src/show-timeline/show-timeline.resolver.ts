import type { TicketStatus } from '@carethread/contracts/events/tickets.ts';
import { connection, pageOf, pageSize } from '@carethread/service-kit/page.ts';
import { shown } from '../codes.ts';
import type { TicketResolvers, TimelineEntryResolvers } from '../generated/graphql.ts';
import { entryId } from '../graphql/loaders.ts';

const numberIn = (text: string) => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : null);

export const ticketTimeline: Pick<TicketResolvers, 'timeline' | 'timelineLog'> = {
  async timeline(ticket, args, { loaders }) {
    const page = pageOf({ first: args.first ?? 50, after: args.after }, numberIn);
    const [first, after] = [page.first, page.after ?? 0];
    const entries = await loaders.timeline.load({ ticketId: ticket.id, after, first });
    return connection(entries, ({ number }) => String(number), {
      hasNextPage: after + first < ticket.timelineLength,
      hasPreviousPage: after > 0,
    });
  },
  // Numbers have no gaps, so the ticket knows them without its timeline being read.
  timelineLog({ timelineLength }, { after, first }) {
    const from = Math.max(after, 0);
    const count = Math.min(pageSize(first, 101), Math.max(timelineLength - from, 0));
    return Array.from({ length: count }, (_, at) => ({ number: from + at + 1 }));
  },
};

const reference = (id: string | null) => (id ? { id } : null);
const status = (code: string | null) => (code ? shown(code as TicketStatus) : null);

export const TimelineEntry: TimelineEntryResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.timelineEntry.load(id),
  id: entryId,
  kind: ({ type }) => shown(type as 'opened' | 'pharmacy_changed' | 'moved' | 'noted'),
  ticket: ({ ticketId }, _, { loaders }) => loaders.ticket.load(ticketId),
  from: ({ fromStatus }) => status(fromStatus),
  to: ({ toStatus }) => status(toStatus),
  fromPharmacy: ({ fromPharmacyId }) => reference(fromPharmacyId),
  toPharmacy: ({ toPharmacyId }) => reference(toPharmacyId),
  actor: ({ actorId }) => reference(actorId),
  proxy: ({ proxyId }) => reference(proxyId),
  onBehalfOf: ({ onBehalfOf }) => reference(onBehalfOf),
  channel: ({ channel }) => shown(channel as 'api' | 'event' | 'timer'),
};
