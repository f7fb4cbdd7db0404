import type { Notice } from '../status-notice.ts';
import { organisation, user } from '../graphql/references.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { deliveryStatus } from '../receipts.ts';
import { principalOf } from '../thread.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';

// The database keeps them in an order of its own.
const byName = ([a]: [string, string], [b]: [string, string]) => (a < b ? -1 : 1);

export const messageResolvers: Pick<Resolvers, 'Message'> = {
  Message: {
    __resolveReference: ({ id }, { reads }) => reads.message.load(id),
    thread: ({ threadId }, _, { reads }) => reads.thread.load(threadId),
    sender: ({ senderId, sentBy }) => {
      if (senderId === null) return null;
      return senderId === sentBy ? user(senderId) : organisation(senderId);
    },
    sentBy: ({ sentBy }) => (sentBy === null ? null : user(sentBy)),
    kind: ({ kind }) => kind.toUpperCase() as 'TEXT',
    replyTo: ({ threadId, replyTo }, _, { reads }) =>
      replyTo === null ? null : reads.messageByNumber.load({ threadId, number: replyTo }),
    routing: ({ routing }) => routing.toUpperCase() as 'DIRECT',
    prescription: ({ prescriptionId }) => (prescriptionId === null ? null : { id: prescriptionId }),
    status: async ({ threadId, senderId, number }, _, context) =>
      senderId === principalOf(signedIn(context))
        ? deliveryStatus(number, senderId, await context.reads.members.load(threadId))
        : null,
    system: ({ notice }) => {
      if (notice === null) return null;
      const { code, params } = notice as unknown as Notice;
      return {
        code,
        params: Object.entries(params)
          .sort(byName)
          .map(([name, value]) => ({ name, value })),
      };
    },
  },
};
