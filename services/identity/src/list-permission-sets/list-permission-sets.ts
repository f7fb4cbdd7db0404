import type { Page } from '../graphql/page.ts';
import type { Reader } from '../reader.ts';

/** Permission sets in force by name: of roles, and of one organisation or of all that the reader manages. */
export const listPermissionSets = ({ read }: Reader, { first, after }: Page, organisationId: string | null) =>
  read((db) =>
    db.permissionSet.findMany({
      where: {
        endedAt: null,
        AND: [
          organisationId ? { OR: [{ organisationId }, { organisationId: null }] } : {},
          after ? { OR: [{ name: { gt: after.name } }, { name: after.name, id: { gt: after.id } }] } : {},
        ],
      },
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
      take: first + 1,
    }),
  );
