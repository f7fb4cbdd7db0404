import DataLoader from 'dataloader';
import { isId } from '@carethread/contracts/ids.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import type { AccessQuestion, PrismaClient, RecordAccess } from './generated/prisma/client.ts';
import type { Window } from './message-window.ts';
import { messagesById } from './message-store.ts';
import { countReplies } from './list-replies/count-replies.ts';
import { readMessages } from './read-messages.ts';
import type { MemberRow, MessageRow, NoteRow, ThreadRow } from './rows.ts';

interface MessagePlace {
  readonly threadId: string;
  readonly number: number;
}
const placeKey = ({ threadId, number }: MessagePlace) => `${threadId}:${number}`;

/** Rows of this service as one person may see them, each asked for once per request and together with its like. */
export interface Reads {
  readonly thread: DataLoader<string, ThreadRow | null>;
  readonly threadOfTicket: DataLoader<string, ThreadRow | null>;
  readonly recordAccess: DataLoader<string, RecordAccess | null>;
  readonly questionOfAccess: DataLoader<string, AccessQuestion | null>;
  readonly questionOfTicket: DataLoader<string, AccessQuestion | null>;
  /** By thread: the members now. */
  readonly members: DataLoader<string, MemberRow[]>;
  /** By thread: whether the person at the keyboard is kept from sending. */
  readonly blocked: DataLoader<string, boolean>;
  readonly message: DataLoader<string, MessageRow | null>;
  readonly note: DataLoader<string, NoteRow | null>;
  readonly messageByNumber: DataLoader<MessagePlace, MessageRow | null, string>;
  /** Replies to a message that were not deleted. */
  readonly replyCount: DataLoader<MessagePlace, number, string>;
  readonly messages: DataLoader<{ threadId: string; window: Window }, MessageRow[], string>;
}

export function createReads(prisma: PrismaClient, database: Database): Reads {
  const one = <Row>(find: (ids: string[]) => Promise<Row[]>, key: (row: Row) => string) =>
    new DataLoader<string, Row | null>(async (ids) => {
      const wanted = ids.map((id) => id.toLowerCase());
      const rows = await find(wanted.filter(isId));
      const byKey = new Map(rows.map((row) => [key(row), row]));
      return wanted.map((id) => byKey.get(id) ?? null);
    });

  return {
    thread: one(
      (ids) => prisma.thread.findMany({ where: { id: { in: ids } } }),
      ({ id }) => id,
    ),
    threadOfTicket: one(
      (ids) => prisma.thread.findMany({ where: { ticketId: { in: ids } } }),
      ({ ticketId }) => ticketId,
    ),
    recordAccess: one(
      (ids) => prisma.recordAccess.findMany({ where: { id: { in: ids } } }),
      ({ id }) => id,
    ),
    questionOfAccess: one(
      (ids) => prisma.accessQuestion.findMany({ where: { accessId: { in: ids } } }),
      ({ accessId }) => accessId,
    ),
    questionOfTicket: one(
      (ids) => prisma.accessQuestion.findMany({ where: { ticketId: { in: ids } } }),
      ({ ticketId }) => ticketId,
    ),
    message: one(
      (ids) => messagesById(database, ids),
      ({ id }) => id,
    ),
    note: one(
      (ids) => prisma.note.findMany({ where: { id: { in: ids } } }),
      ({ id }) => id,
    ),
    members: new DataLoader(async (threadIds) => {
      const rows = await prisma.member.findMany({
        where: { threadId: { in: [...threadIds] }, leftAt: null },
        orderBy: { joinedAt: 'asc' },
      });
      const byThread = Map.groupBy(rows, ({ threadId }) => threadId);
      return threadIds.map((id) => byThread.get(id) ?? []);
    }),
    blocked: new DataLoader(async (threadIds) => {
      // The row policy shows a person the blocks of their own only.
      const blocks = await prisma.senderBlock.findMany({
        where: { threadId: { in: [...threadIds] }, blocked: true },
      });
      const blocked = new Set(blocks.map(({ threadId }) => threadId));
      return threadIds.map((id) => blocked.has(id));
    }),
    messageByNumber: new DataLoader(
      async (keys) => {
        const rows = await prisma.message.findMany({ where: { OR: keys.map((key) => ({ ...key })) } });
        return keys.map(
          (key) => rows.find((row) => row.threadId === key.threadId && row.number === key.number) ?? null,
        );
      },
      { cacheKeyFn: placeKey },
    ),
    replyCount: new DataLoader(
      async (places) => {
        const counts = await countReplies(prisma, places);
        const byPlace = new Map(counts.map(({ count, ...place }) => [placeKey(place), count]));
        return places.map((place) => byPlace.get(placeKey(place)) ?? 0);
      },
      { cacheKeyFn: placeKey },
    ),
    messages: new DataLoader(
      async (keys) => {
        const alike = Map.groupBy(keys, ({ window }) => JSON.stringify(window));
        const pages = await Promise.all(
          [...alike.values()].map(([...some]) =>
            readMessages(
              prisma,
              some.map(({ threadId }) => threadId),
              some[0]!.window,
            ),
          ),
        );
        const rows = new Map([...alike.keys()].map((window, at) => [window, pages[at]!]));
        return keys.map(({ threadId, window }) => rows.get(JSON.stringify(window))!.get(threadId) ?? []);
      },
      { cacheKeyFn: ({ threadId, window }) => threadId + JSON.stringify(window) },
    ),
  };
}
