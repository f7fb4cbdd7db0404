import type { Resolvers } from '../generated/graphql.ts';
import { reportRetention } from './due-threads.ts';

const none = { threads: 0, due: 0, held: 0, purged: 0 };

export const retentionReportResolvers = {
  Query: {
    retentionReport: async (_, __, { database, retention, now }) => {
      const found = await database.asWorker((tx) => reportRetention(tx, retention, now()));
      return Object.entries(retention.days).map(([name, days]) => ({
        ...(found.find(({ retentionClass }) => retentionClass === name) ?? none),
        retentionClass: name.toUpperCase() as 'CHAT',
        days,
      }));
    },
  },
} satisfies Resolvers;
