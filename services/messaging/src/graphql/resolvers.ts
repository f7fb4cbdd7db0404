import { changeResolvers, changesOfThread } from '../changes-since/changes.resolver.ts';
import { deleteMessageResolvers } from '../delete-message/delete-message.resolver.ts';
import { editMessageResolvers } from '../edit-message/edit-message.resolver.ts';
import { deleteNoteResolvers } from '../delete-note/delete-note.resolver.ts';
import { noteResolvers, notesOfThread } from '../list-notes/notes.resolver.ts';
import { muteThreadResolvers } from '../mute-thread/mute-thread.resolver.ts';
import { draftOfThread, saveDraftResolvers } from '../save-draft/save-draft.resolver.ts';
import { writeNoteResolvers } from '../write-note/write-note.resolver.ts';
import { mentionResolvers } from './mentions.ts';
import { endRoomResolvers } from '../end-room/end-room.resolver.ts';
import { retentionReportResolvers } from '../keep-messages/retention-report.resolver.ts';
import { repliesResolvers } from '../list-replies/replies.resolver.ts';
import { historyResolvers } from '../show-history/history.resolver.ts';
import { hidePresenceResolvers } from '../hide-presence/hide-presence.resolver.ts';
import { holdResolvers } from '../hold-thread/hold.resolver.ts';
import { moderateResolvers } from '../moderate/moderate.resolver.ts';
import { reportMessageResolvers } from '../report-message/report-message.resolver.ts';
import { readPrivatelyResolvers } from '../read-privately/read-privately.resolver.ts';
import type { MutationResolvers, Resolvers } from '../generated/graphql.ts';
import { inboxResolvers } from '../list-inbox/inbox.resolver.ts';
import { outboxResolvers } from '../list-outbox/outbox.resolver.ts';
import { recordAccessResolvers } from '../list-record-accesses/record-access.resolver.ts';
import { markDeliveredResolvers } from '../mark-delivered/mark-delivered.resolver.ts';
import { markReadResolvers } from '../mark-read/mark-read.resolver.ts';
import { markUnreadResolvers } from '../mark-unread/mark-unread.resolver.ts';
import { ticketThreadResolvers } from '../open-thread/ticket-thread.resolver.ts';
import { closeAccessQuestionResolvers } from '../close-access-question/close-access-question.resolver.ts';
import { questionAccessResolvers } from '../question-access/question-access.resolver.ts';
import { createReads } from '../reads.ts';
import { repairUnreadResolvers } from '../repair-unread/repair-unread.resolver.ts';
import { sendMessageResolvers } from '../send-message/send-message.resolver.ts';
import { messageResolvers } from '../show-thread/message.resolver.ts';
import { threadResolvers } from '../show-thread/thread.resolver.ts';
import { searchResolvers } from '../search-messages/search.resolver.ts';
import { verifyUnreadResolvers } from '../verify-unread/verify-unread.resolver.ts';

import type { Context } from './context.ts';

/** Everything the schema promises. */
export const resolvers: Resolvers = {
  ...threadResolvers,
  ...messageResolvers,
  ...ticketThreadResolvers,
  ...changeResolvers,
  ...noteResolvers,
  Thread: { ...threadResolvers.Thread, ...changesOfThread, ...notesOfThread, ...draftOfThread },
  Message: { ...messageResolvers.Message, ...repliesResolvers, ...historyResolvers },
  Mention: mentionResolvers,
  RecordAccess: recordAccessResolvers.RecordAccess,
  SearchHit: searchResolvers.SearchHit,
  LegalHold: holdResolvers.LegalHold,
  MessageReport: moderateResolvers.MessageReport,
  SenderBlock: moderateResolvers.SenderBlock,
  Inbox: inboxResolvers.Inbox,
  Outbox: outboxResolvers.Outbox,
  Query: {
    ...threadResolvers.Query,
    ...inboxResolvers.Query,
    ...outboxResolvers.Query,
    ...verifyUnreadResolvers.Query,
    ...recordAccessResolvers.Query,
    ...searchResolvers.Query,
    ...holdResolvers.Query,
    ...retentionReportResolvers.Query,
    ...closeAccessQuestionResolvers.Query,
    ...moderateResolvers.Query,
  },
  Mutation: beginAnew({
    ...sendMessageResolvers,
    ...editMessageResolvers,
    ...deleteMessageResolvers,
    ...readPrivatelyResolvers,
    ...hidePresenceResolvers,
    ...writeNoteResolvers,
    ...deleteNoteResolvers,
    ...muteThreadResolvers,
    ...saveDraftResolvers,
    ...reportMessageResolvers,
    ...moderateResolvers.Mutation,
    ...holdResolvers.Mutation,
    ...endRoomResolvers,
    ...markReadResolvers,
    ...markUnreadResolvers,
    ...markDeliveredResolvers,
    ...repairUnreadResolvers,
    ...questionAccessResolvers,
    ...closeAccessQuestionResolvers.Mutation,
  }),
};

/** Each mutation starts with nothing read: what an earlier one of the same request saw is no longer true. */
function beginAnew(mutations: MutationResolvers): MutationResolvers {
  const anew = Object.entries(mutations).map(([name, mutation]) => {
    const resolve = mutation as (parent: object, args: object, context: Context, info: object) => unknown;
    const begin: typeof resolve = (parent, args, context, info) => {
      context.reads = createReads(context.prisma, context.database);
      return resolve(parent, args, context, info);
    };
    return [name, begin];
  });
  return Object.fromEntries(anew) as MutationResolvers;
}
