import type { Page } from '../graphql/page.ts';
import { accountParts, type Reader } from '../reader.ts';

/** Service accounts by name, of one organisation or of all that the reader manages. */
export const listServiceAccounts = (
  { read }: Reader,
  { first, after }: Page,
  organisationId: string | null,
) =>
  read((db) =>
    db.serviceAccount.findMany({
      where: {
        ...(organisationId && { organisationId }),
        ...(after && {
          OR: [
            { user: { displayName: { gt: after.name } } },
            { user: { displayName: after.name }, userId: { gt: after.id } },
          ],
        }),
      },
      include: accountParts,
      orderBy: [{ user: { displayName: 'asc' } }, { userId: 'asc' }],
      take: first + 1,
    }),
  );
