import { idIn, pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import type { QueryResolvers } from '../generated/graphql.ts';

/** Newest first: ids are UUIDs of version 7. Row security decides which. */
export const delegationsResolver: QueryResolvers['delegations'] = async (_, wish, { reader }) => {
  const page = pageOf(wish, idIn);
  const rows = await reader.read((db) =>
    db.delegation.findMany({
      where: page.after ? { id: { lt: page.after } } : {},
      orderBy: { id: 'desc' },
      take: page.first + 1,
    }),
  );
  return pageConnection(rows, page, ({ id }) => id);
};
