import { isId } from '@carethread/contracts/ids.ts';
import { idIn, pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import type { QueryResolvers } from '../generated/graphql.ts';
import { invitationFields } from '../graphql/invitation-fields.ts';

/** Newest first: ids grow with time. */
export const invitationsResolver: QueryResolvers['invitations'] = async (
  _,
  { organisationId, ...wish },
  { reader },
) => {
  const page = pageOf(wish, idIn);
  const where = {
    ...(organisationId && { organisationId: isId(organisationId) ? organisationId : '' }),
    ...(page.after && { id: { lt: page.after } }),
  };
  if (where.organisationId === '') return pageConnection([], page, String);
  const rows = await reader.read((db) =>
    db.invitation.findMany({
      where,
      select: invitationFields,
      orderBy: { id: 'desc' },
      take: page.first + 1,
    }),
  );
  return pageConnection(rows, page, ({ id }) => id);
};
