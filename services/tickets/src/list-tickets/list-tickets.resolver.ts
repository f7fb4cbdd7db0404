import { isId } from '@carethread/contracts/ids.ts';
import { idIn, pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { meant } from '../codes.ts';
import type { QueryMyTicketsArgs, QueryResolvers } from '../generated/graphql.ts';
import type { Context } from '../graphql/context.ts';
import { listTickets, listTicketsOf } from './list-tickets.ts';

async function ticketsPage(args: Partial<QueryMyTicketsArgs>, context: Context) {
  const page = pageOf({ first: args.first ?? 20, after: args.after }, idIn);
  const tickets = await listTickets(context.foundation.prisma, signedIn(context), {
    page,
    status: args.status ? meant(args.status) : undefined,
    kind: args.kind ? meant(args.kind) : undefined,
  });
  return pageConnection(tickets, page, ({ id }) => id);
}

export const listTicketsQueries: Pick<QueryResolvers, 'myTickets' | 'pharmacyTickets' | 'patientTickets'> = {
  myTickets: (_, args, context) => ticketsPage(args, context),
  pharmacyTickets: (_, args, context) => ticketsPage(args, context),
  patientTickets: async (_, { patientId, first, after }, { foundation }) => {
    const page = pageOf({ first: first ?? 20, after }, idIn);
    const tickets = isId(patientId) ? await listTicketsOf(foundation.prisma, patientId, page) : [];
    return pageConnection(tickets, page, ({ id }) => id);
  },
};
