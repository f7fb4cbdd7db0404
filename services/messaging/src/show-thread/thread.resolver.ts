import { GraphQLError } from 'graphql';
import { isId } from '@carethread/contracts/ids.ts';
import { pageSize } from '@carethread/service-kit/page.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Context } from '../graphql/context.ts';
import { organisation, user } from '../graphql/references.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { roomOf } from '../room.ts';
import { messagePage, windowOf } from '../message-window.ts';
import type { MemberRow, ThreadRow } from '../rows.ts';
import { principalOf, threadStatus } from '../thread.ts';

/** The reader's own row in a thread they may see. */
async function ownMembership({ id }: ThreadRow, context: Context): Promise<MemberRow> {
  const principalId = principalOf(signedIn(context));
  const own = (await context.reads.members.load(id)).find((member) => member.principalId === principalId);
  // They left between the reading of the thread and of its members.
  if (!own) throw new GraphQLError('You are no longer a member.', { extensions: { code: 'NOT_FOUND' } });
  return own;
}

export const threadResolvers: Pick<Resolvers, 'Query' | 'Thread' | 'ThreadMember' | 'Participant'> = {
  Query: {
    thread: (_, { id }, { reads }) => reads.thread.load(id),
    threadOfTicket: (_, { ticketId }, { reads }) => reads.threadOfTicket.load(ticketId),
    threadOfOrder: (_, { orderId, orderType }, { prisma }) =>
      isId(orderId)
        ? prisma.thread.findFirst({
            where: { orderId, orderType: orderType.toLowerCase() },
            orderBy: { openedAt: 'desc' },
          })
        : null,
  },
  Thread: {
    __resolveReference: ({ id }, { reads }) => reads.thread.load(id),
    ticket: ({ ticketId }) => ({ id: ticketId }),
    orderType: ({ orderType }) => orderType?.toUpperCase() as 'PRESCRIPTION' | undefined,
    status: ({ ticketStatus }) => threadStatus(ticketStatus),
    canSend: async ({ id, ticketStatus }, _, context) => {
      const { proxyId, proxyScopes } = signedIn(context);
      const mayWrite = proxyId === undefined || (proxyScopes ?? []).includes('write');
      return mayWrite && threadStatus(ticketStatus) === 'OPEN' && !(await context.reads.blocked.load(id));
    },
    questionedAccess: async ({ ticketId }, _, { reads }) => {
      const question = await reads.questionOfTicket.load(ticketId);
      return question && reads.recordAccess.load(question.accessId);
    },
    members: ({ id }, _, { reads }) => reads.members.load(id),
    messages: async (thread, page, { reads }) => {
      const window = windowOf(page);
      return messagePage(await reads.messages.load({ threadId: thread.id, window }), window, thread);
    },
    room: (thread) => roomOf(thread),
    messageLog: async ({ id: threadId }, { after, first }, { prisma }) => {
      const entries = await prisma.message.findMany({
        where: { threadId, number: { gt: after } },
        orderBy: { number: 'asc' },
        take: pageSize(first, 101),
        select: { id: true, number: true },
      });
      return entries.map(({ id, number }) => ({ messageId: id, number }));
    },
    muted: async (thread, _, context) => {
      const { muted, mutedUntil } = await ownMembership(thread, context);
      return muted && (mutedUntil === null || mutedUntil > context.now());
    },
    mutedUntil: async (thread, _, context) => (await ownMembership(thread, context)).mutedUntil,
    unreadCount: async (thread, _, context) => (await ownMembership(thread, context)).unreadCount,
    lastReadNumber: async (thread, _, context) => (await ownMembership(thread, context)).readUpTo,
  },
  ThreadMember: {
    role: ({ role }) => role.toUpperCase() as 'PATIENT',
    participant: ({ role, principalId }) =>
      role === 'pharmacy' ? organisation(principalId) : user(principalId),
    // One's own marker is as it is; of others one sees what they let be seen.
    readUpTo: ({ principalId, readUpTo, shownReadUpTo }, _, context) =>
      principalId === principalOf(signedIn(context)) ? readUpTo : shownReadUpTo,
  },
  Participant: { __resolveType: ({ __typename }) => __typename },
};
