import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { idIn, pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import { payload } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import type { Context } from '../graphql/context.ts';
import { user } from '../graphql/references.ts';
import { blockSender } from './block-sender.ts';
import { decideReport } from './decide-report.ts';
import { openReports } from './report-store.ts';

const at = (context: Context) => ({ cause: causeOfRequest(context), now: context.now() });

export const moderateResolvers = {
  Query: {
    moderationQueue: async (_, wish, { database }) => {
      const page = pageOf(wish, idIn);
      const reports = await database.asWorker((tx) => openReports(tx, page));
      return pageConnection(reports, page, ({ id }) => id);
    },
  },
  MessageReport: {
    reason: ({ reason }) => reason.toUpperCase() as 'ABUSE',
    status: ({ status }) => status.toUpperCase() as 'OPEN',
    body: ({ body }) => body ?? '',
    author: ({ sentBy }) => sentBy && user(sentBy),
    reportedBy: ({ reportedBy }) => user(reportedBy),
  },
  SenderBlock: { user: ({ userId }) => user(userId) },
  Mutation: {
    decideReport: async (_, { input }, context) =>
      payload('report', await decideReport(context.database, signedIn(context), input, at(context))),
    blockSender: async (_, { input }, context) =>
      payload('block', await blockSender(context.database, signedIn(context), input, at(context))),
  },
} satisfies Resolvers;
