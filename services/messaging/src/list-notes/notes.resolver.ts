import { pageConnection, pageOf, pageSize } from '@carethread/service-kit/page.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers, ThreadResolvers } from '../generated/graphql.ts';
import { shownMentions } from '../graphql/mentions.ts';
import { organisation, user } from '../graphql/references.ts';
import { principalOf } from '../thread.ts';

const numberIn = (text: string): number | null => {
  const [, digits] = /^n(\d{1,9})$/.exec(text) ?? [];
  return digits ? Number(digits) : null;
};

/** Row security keeps notes from patients: to them a thread is one without notes. */
export const notesOfThread = {
  notes: async ({ id: threadId }, wish, { prisma }) => {
    const page = pageOf(wish, numberIn);
    const rows = await prisma.note.findMany({
      where: { threadId, ...(page.after !== null && { number: { lt: page.after } }) },
      orderBy: { number: 'desc' },
      take: page.first + 1,
    });
    return pageConnection(rows, page, ({ number }) => `n${number}`);
  },
  lastNoteChange: async ({ id: threadId }, _, context) => {
    const principalId = principalOf(signedIn(context));
    const own = (await context.reads.members.load(threadId)).find((one) => one.principalId === principalId);
    if (!own || own.role === 'patient') return null;
    return (await context.prisma.noteBook.findUnique({ where: { threadId } }))?.version ?? 0;
  },
  noteLog: async ({ id: threadId }, { after, first }, { prisma }) => {
    const rows = await prisma.note.findMany({
      where: { threadId, change: { gt: after } },
      orderBy: { change: 'asc' },
      take: pageSize(first, 101),
      select: { id: true, change: true },
    });
    return rows.map(({ id, change }) => ({ cursor: change, noteId: id }));
  },
} satisfies ThreadResolvers;

export const noteResolvers: Pick<Resolvers, 'Note'> = {
  Note: {
    __resolveReference: ({ id }, { reads }) => reads.note.load(id),
    thread: ({ threadId }, _, { reads }) => reads.thread.load(threadId),
    sender: ({ senderId, sentBy }) => (senderId === sentBy ? user(senderId) : organisation(senderId)),
    sentBy: ({ sentBy }) => user(sentBy),
    body: ({ body }) => body ?? '',
    mentions: ({ threadId, mentions }) => shownMentions(threadId, mentions),
  },
};
