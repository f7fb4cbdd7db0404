import type { Page } from '@carethread/service-kit/page.ts';
import type { PrismaClient, RecordAccess } from '../generated/prisma/client.ts';
import type { ByWhom } from '../record-access.ts';

/** Where an access stands in the list: newest first, then by id. */
export interface Place {
  readonly firstAt: string;
  readonly id: string;
}
export const placeText = ({ firstAt, id }: Pick<RecordAccess, 'firstAt' | 'id'>): string =>
  `${firstAt.toISOString()} ${id}`;

export function placeIn(text: string): Place | null {
  const [, firstAt, id] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([0-9a-f-]{36})$/.exec(text) ?? [];
  return firstAt && id ? { firstAt, id } : null;
}

/** Accesses to the record of the person who asks, by these; one more than the page holds if more follow. */
export const recordAccesses = (
  prisma: PrismaClient,
  patientId: string,
  by: readonly ByWhom[],
  { first, after }: Page<Place>,
): Promise<RecordAccess[]> =>
  prisma.recordAccess.findMany({
    where: {
      patientId,
      byWhom: { in: [...by] },
      ...(after && {
        OR: [
          { firstAt: { lt: after.firstAt } },
          { firstAt: { equals: after.firstAt }, id: { lt: after.id } },
        ],
      }),
    },
    orderBy: [{ firstAt: 'desc' }, { id: 'desc' }],
    take: first + 1,
  });
