import { idIn, pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import type { QueryResolvers } from '../generated/graphql.ts';

/** Newest first: ids are UUIDs of version 7. Row security decides which. */
export const emergencyAccessesResolver: QueryResolvers['emergencyAccesses'] = async (
  _,
  { toReview, ...wish },
  { reader },
) => {
  const page = pageOf(wish, idIn);
  const rows = await reader.read((db) =>
    db.emergencyAccess.findMany({
      where: { ...(page.after && { id: { lt: page.after } }), ...(toReview && { finding: null }) },
      orderBy: { id: 'desc' },
      take: page.first + 1,
    }),
  );
  return pageConnection(rows, page, ({ id }) => id);
};
