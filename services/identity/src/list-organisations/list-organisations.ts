import type { OrganisationKind } from '../generated/graphql.ts';
import type { Page } from '../graphql/page.ts';
import type { Reader } from '../reader.ts';

/** Organisations by name. */
export const listOrganisations = ({ read }: Reader, { first, after }: Page, kind: OrganisationKind | null) =>
  read((db) =>
    db.organisation.findMany({
      where: {
        ...(kind && { kind: kind.toLowerCase() }),
        ...(after && { OR: [{ name: { gt: after.name } }, { name: after.name, id: { gt: after.id } }] }),
      },
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
      take: first + 1,
    }),
  );
