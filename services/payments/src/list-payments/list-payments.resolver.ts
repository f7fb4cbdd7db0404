import { idIn, pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { QueryResolvers, TicketResolvers } from '../generated/graphql.ts';
import { paymentsOfPayer, retryable } from './list-payments.ts';

export const listPaymentsQueries: Pick<QueryResolvers, 'myPayments' | 'retryablePayments'> = {
  async myPayments(_, args, context) {
    const page = pageOf({ first: args.first ?? 20, after: args.after }, idIn);
    const rows = await paymentsOfPayer(context.foundation.prisma, signedIn(context), page);
    return pageConnection(rows, page, ({ id }) => id);
  },
  async retryablePayments(_, args, context) {
    const page = pageOf({ first: args.first ?? 20, after: args.after }, idIn);
    const rows = await retryable(context.foundation.prisma, signedIn(context), page);
    return pageConnection(rows, page, ({ id }) => id);
  },
};

export const Ticket: TicketResolvers = {
  __resolveReference: (ticket) => ticket,
  async payments({ id }, args, { loaders }) {
    const page = pageOf({ first: args.first ?? 20, after: args.after }, idIn);
    const rows = await loaders.ofTicket.load({ ticketId: id, ...page });
    return pageConnection(rows, page, (row) => row.id);
  },
};
