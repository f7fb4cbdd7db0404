import { idIn, pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import type { QueryResolvers } from '../generated/graphql.ts';

export const signInPoliciesResolver: QueryResolvers['signInPolicies'] = async (_, wish, { reader }) => {
  const page = pageOf(wish, idIn);
  const rows = await reader.read((db) =>
    db.signInPolicy.findMany({
      ...(page.after && { where: { id: { gt: page.after } } }),
      orderBy: { id: 'asc' },
      take: page.first + 1,
    }),
  );
  return pageConnection(rows, page, ({ id }) => id);
};
