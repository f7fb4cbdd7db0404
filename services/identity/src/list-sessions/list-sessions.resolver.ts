import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { QueryResolvers } from '../generated/graphql.ts';

/** Asks for one's own, although whoever may revoke sessions could see others'. */
export const mySessionsResolver: QueryResolvers['mySessions'] = (_, _arguments, context) => {
  const { userId } = signedIn(context);
  const now = context.now();
  return context.reader.read((db) =>
    db.session.findMany({
      where: { userId, revokedAt: null, expiresAt: { gt: now } },
      orderBy: [{ lastUsedAt: 'desc' }, { id: 'desc' }],
      take: 100,
    }),
  );
};
