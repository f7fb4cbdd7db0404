import type { PrincipalId, TicketId } from '@carethread/contracts/ids.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import type { Resolvers } from '../generated/graphql.ts';
import type { TicketReference } from '../graphql/references.ts';
import type { ThreadRole } from '../seating.ts';
import { principalOf } from '../thread.ts';
import { openThread, type SeenTicket } from './open-thread.ts';

export const ticketThreadResolvers: Pick<Resolvers, 'Ticket'> = {
  Ticket: {
    __resolveReference: (ticket) => ticket,
    thread: async (ticket, _, context) => {
      const { reads, database, now } = context;
      const thread = await reads.threadOfTicket.load(ticket.id);
      if (thread) return thread;
      const seen = seenTicket(ticket);
      const principalId = principalOf(signedIn(context));
      if (!seen?.parties.some((party) => party.principalId === principalId)) return null;
      await openThread(database, seen, causeOfRequest(context), now());
      // Read again as the person who asks: whether they are a member is for the row to say.
      return reads.threadOfTicket.clear(ticket.id).load(ticket.id);
    },
  },
};

function seenTicket({ id, version, parties }: TicketReference): SeenTicket | null {
  if (version === undefined || parties === undefined) return null;
  return {
    id: id as TicketId,
    version,
    parties: parties.map(({ principalId, role }) => ({
      principalId: principalId as PrincipalId,
      role: role.toLowerCase() as ThreadRole,
    })),
  };
}
