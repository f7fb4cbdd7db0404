import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { isId } from '@carethread/contracts/ids.ts';
import { idIn, pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import { payload } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import type { Context } from '../graphql/context.ts';
import { user } from '../graphql/references.ts';
import { type KeptText, heldCopies, holdsPage } from './hold-store.ts';
import { liftLegalHold, setLegalHold } from './hold-thread.ts';

const at = (context: Context) => ({ cause: causeOfRequest(context), now: context.now() });
const copyText = ({ messageId, version }: KeptText) => `${messageId} ${version}`;
function copyIn(text: string) {
  const [messageId, version] = text.split(' ');
  return isId(messageId) ? { messageId, version: Number(version) } : null;
}

export const holdResolvers = {
  Query: {
    legalHolds: async (_, { inForceOnly, ...wish }, { database }) => {
      const page = pageOf(wish, idIn);
      const holds = await database.asWorker((tx) => holdsPage(tx, inForceOnly, page));
      return pageConnection(holds, page, ({ id }) => id);
    },
  },
  LegalHold: {
    ticket: ({ ticketId }) => ({ id: ticketId }),
    setBy: ({ setBy }) => user(setBy),
    liftedBy: ({ liftedBy }) => liftedBy && user(liftedBy),
    heldCopies: async ({ threadId }, wish, { database }) => {
      const page = pageOf(wish, copyIn);
      return pageConnection(await database.asWorker((tx) => heldCopies(tx, threadId, page)), page, copyText);
    },
  },
  Mutation: {
    setLegalHold: async (_, { input }, context) =>
      payload('hold', await setLegalHold(context.database, signedIn(context), input, at(context))),
    liftLegalHold: async (_, { input }, context) =>
      payload('hold', await liftLegalHold(context.database, signedIn(context), input, at(context))),
  },
} satisfies Resolvers;
