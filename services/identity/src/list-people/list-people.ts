import type { Prisma } from '../generated/prisma/client.ts';
import type { Page } from '../graphql/page.ts';
import type { Reader } from '../reader.ts';

/** People by name, with a part of it if wanted; `among` narrows down whom to look for. */
export const listPeople = (
  { read }: Reader,
  { first, after }: Page,
  search: string | null | undefined,
  among: Prisma.UserWhereInput = {},
) =>
  read((db) =>
    db.user.findMany({
      where: {
        AND: [
          among,
          { kind: 'person' },
          search ? { displayName: { contains: literal(search), mode: 'insensitive' } } : {},
          after
            ? { OR: [{ displayName: { gt: after.name } }, { displayName: after.name, id: { gt: after.id } }] }
            : {},
        ],
      },
      orderBy: [{ displayName: 'asc' }, { id: 'asc' }],
      take: first + 1,
    }),
  );

/** `contains` becomes ILIKE, whose wildcards Prisma leaves as they are; U+0000 is in no name and PostgreSQL refuses it. */
const literal = (text: string) =>
  text
    .normalize('NFC')
    .replaceAll('\0', '\ufffd')
    .replaceAll(/[\\%_]/g, String.raw`\$&`);
