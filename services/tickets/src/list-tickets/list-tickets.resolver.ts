import { idIn, pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { meant } from '../codes.ts';
import type { QueryMyTicketsArgs, QueryResolvers } from '../generated/graphql.ts';
import type { Context } from '../graphql/context.ts';
import { listTickets } from './list-tickets.ts';

async function ticketsPage(args: Partial<QueryMyTicketsArgs>, context: Context) {
  const page = pageOf({ first: args.first ?? 20, after: args.after }, idIn);
  const tickets = await listTickets(context.foundation.prisma, signedIn(context), {
    page,
    status: args.status ? meant(args.status) : undefined,
    kind: args.kind ? meant(args.kind) : undefined,
  });
  return pageConnection(tickets, page, ({ id }) => id);
}

export const listTicketsQueries: Pick<QueryResolvers, 'myTickets' | 'pharmacyTickets'> = {
  myTickets: (_, args, context) => ticketsPage(args, context),
  pharmacyTickets: (_, args, context) => ticketsPage(args, context),
};
