import { personBehind } from '@carethread/contracts/actor.ts';
import type { Notice } from '../status-notice.ts';
import { shownMentions } from '../graphql/mentions.ts';
import { organisation, user } from '../graphql/references.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { deliveryStatus, receiptsOf } from '../receipts.ts';
import { principalOf } from '../thread.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';

// The database keeps them in an order of its own.
const byName = ([a]: [string, string], [b]: [string, string]) => (a < b ? -1 : 1);

export const messageResolvers: Pick<Resolvers, 'Message'> = {
  Message: {
    body: ({ body }) => body ?? '',
    deletedBy: ({ deletedBy }) => (deletedBy?.toUpperCase() as 'AUTHOR' | undefined) ?? null,
    mentions: ({ threadId, mentions }) => shownMentions(threadId, mentions),
    receipts: async (message, _, { reads }) =>
      receiptsOf(message, await reads.members.load(message.threadId)),
    __resolveReference: ({ id }, { reads }) => reads.message.load(id),
    thread: ({ threadId }, _, { reads }) => reads.thread.load(threadId),
    sender: async ({ threadId, senderId, sentBy }, _, { reads }) => {
      if (senderId === null) return null;
      if (senderId === sentBy) return user(senderId);
      // Written by an employee of a pharmacy, or by a proxy of a patient.
      const members = await reads.members.load(threadId);
      const isPharmacy = members.some(
        ({ principalId, role }) => principalId === senderId && role === 'pharmacy',
      );
      return isPharmacy ? organisation(senderId) : user(senderId);
    },
    sentBy: ({ sentBy }) => (sentBy === null ? null : user(sentBy)),
    clientId: ({ sentBy, clientId }, _, context) =>
      sentBy === personBehind(signedIn(context)) ? clientId : null,
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
