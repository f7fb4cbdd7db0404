import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { closeAccessQuestion } from './close-access-question.ts';
import { openQuestions, placeOf, placeOfQuestionIn } from './questioned-accesses.ts';

export const closeAccessQuestionResolvers = {
  Query: {
    questionedAccesses: async (_, wish, { prisma, reads }) => {
      const page = pageOf(wish, placeOfQuestionIn);
      const questions = await openQuestions(prisma, page);
      const connection = pageConnection(questions, page, placeOf);
      return {
        ...connection,
        edges: connection.edges.map(({ cursor, node }) => ({
          cursor,
          // Whoever sees a question sees its access.
          node: reads.recordAccess.load(node.accessId).then((access) => access!),
        })),
      };
    },
  },
  Mutation: {
    closeAccessQuestion: async (_, { input }, context) => {
      const { database, reads, now } = context;
      const asking = { actor: signedIn(context), cause: causeOfRequest(context), now };
      const closed = await closeAccessQuestion(database, asking, input);
      return payload('access', closed instanceof Refusal ? closed : await reads.recordAccess.load(closed));
    },
  },
} satisfies Resolvers;
