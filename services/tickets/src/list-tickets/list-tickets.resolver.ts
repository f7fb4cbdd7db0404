import { isId } from '@carethread/contracts/ids.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { meant } from '../codes.ts';
import type { QueryMyTicketsArgs, QueryResolvers } from '../generated/graphql.ts';
import type { Context } from '../graphql/context.ts';
import { connection, fromCursor, pageSize } from '../graphql/page.ts';
import { listTickets } from './list-tickets.ts';

async function page(args: Partial<QueryMyTicketsArgs>, context: Context) {
  const size = pageSize(args.first, 20);
  const after = fromCursor(args.after, isId);
  const tickets = await listTickets(context.foundation.prisma, signedIn(context), {
    limit: size + 1,
    after,
    status: args.status ? meant(args.status) : undefined,
    kind: args.kind ? meant(args.kind) : undefined,
  });
  return connection(tickets, size, ({ id }) => id, after !== null);
}

export const listTicketsQueries: Pick<QueryResolvers, 'myTickets' | 'pharmacyTickets'> = {
  myTickets: (_, args, context) => page(args, context),
  pharmacyTickets: (_, args, context) => page(args, context),
};
