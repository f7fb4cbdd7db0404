import type { Page } from '@carethread/service-kit/page.ts';
import type { AccessQuestion, PrismaClient } from '../generated/prisma/client.ts';

/** Where a question stands in the list: oldest first, then by access. */
export interface Place {
  readonly askedAt: string;
  readonly accessId: string;
}
export const placeOf = ({ askedAt, accessId }: AccessQuestion): string =>
  `${askedAt.toISOString()} ${accessId}`;

export function placeOfQuestionIn(text: string): Place | null {
  const [, askedAt, accessId] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([0-9a-f-]{36})$/.exec(text) ?? [];
  return askedAt && accessId ? { askedAt, accessId } : null;
}

/** Questions nobody has answered yet; one more than the page holds if more follow. */
export const openQuestions = (
  prisma: PrismaClient,
  { first, after }: Page<Place>,
): Promise<AccessQuestion[]> =>
  prisma.accessQuestion.findMany({
    where: {
      answer: null,
      ...(after && {
        OR: [
          { askedAt: { gt: after.askedAt } },
          { askedAt: { equals: after.askedAt }, accessId: { gt: after.accessId } },
        ],
      }),
    },
    orderBy: [{ askedAt: 'asc' }, { accessId: 'asc' }],
    take: first + 1,
  });
