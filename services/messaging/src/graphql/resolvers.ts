import type { MutationResolvers, Resolvers } from '../generated/graphql.ts';
import { inboxResolvers } from '../list-inbox/inbox.resolver.ts';
import { outboxResolvers } from '../list-outbox/outbox.resolver.ts';
import { markDeliveredResolvers } from '../mark-delivered/mark-delivered.resolver.ts';
import { markReadResolvers } from '../mark-read/mark-read.resolver.ts';
import { markUnreadResolvers } from '../mark-unread/mark-unread.resolver.ts';
import { ticketThreadResolvers } from '../open-thread/ticket-thread.resolver.ts';
import { createReads } from '../reads.ts';
import { repairUnreadResolvers } from '../repair-unread/repair-unread.resolver.ts';
import { sendMessageResolvers } from '../send-message/send-message.resolver.ts';
import { messageResolvers } from '../show-thread/message.resolver.ts';
import { threadResolvers } from '../show-thread/thread.resolver.ts';
import { verifyUnreadResolvers } from '../verify-unread/verify-unread.resolver.ts';

import type { Context } from './context.ts';

/** Everything the schema promises. */
export const resolvers: Resolvers = {
  ...threadResolvers,
  ...messageResolvers,
  ...ticketThreadResolvers,
  Inbox: inboxResolvers.Inbox,
  Outbox: outboxResolvers.Outbox,
  Query: {
    ...threadResolvers.Query,
    ...inboxResolvers.Query,
    ...outboxResolvers.Query,
    ...verifyUnreadResolvers.Query,
  },
  Mutation: beginAnew({
    ...sendMessageResolvers,
    ...markReadResolvers,
    ...markUnreadResolvers,
    ...markDeliveredResolvers,
    ...repairUnreadResolvers,
  }),
};

/** Each mutation starts with nothing read: what an earlier one of the same request saw is no longer true. */
function beginAnew(mutations: MutationResolvers): MutationResolvers {
  const anew = Object.entries(mutations).map(([name, mutation]) => {
    const resolve = mutation as (parent: object, args: object, context: Context, info: object) => unknown;
    const begin: typeof resolve = (parent, args, context, info) => {
      context.reads = createReads(context.prisma, context.database);
      return resolve(parent, args, context, info);
    };
    return [name, begin];
  });
  return Object.fromEntries(anew) as MutationResolvers;
}
