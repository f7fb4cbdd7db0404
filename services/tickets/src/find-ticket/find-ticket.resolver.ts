import type { QueryResolvers } from '../generated/graphql.ts';
import { normalTicketNumber } from '../ticket-number.ts';
import { toTicket } from '../ticket-row.ts';

/** What is not there and what is not the caller's get the same answer: null. */
export const findTicketQueries: Pick<QueryResolvers, 'ticket' | 'ticketByNumber'> = {
  ticket: (_, { id }, { loaders }) => loaders.ticket.load(id),
  async ticketByNumber(_, { number: written }, { foundation }) {
    const number = normalTicketNumber(written);
    const row = number && (await foundation.prisma.ticket.findUnique({ where: { number } }));
    return row ? toTicket(row) : null;
  },
};
