import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { idSchema } from '../ids.ts';

const about = { threadId: idSchema<'Thread'>(), ticketId: idSchema<'Ticket'>() };
const principalId = idSchema<'User' | 'Organisation'>();
/** Number of the change within its thread, without gaps and the same for every member: the cursor of live updates. */
const change = z.int();
/** Everybody who is a member now: live inboxes are told without asking back. */
const memberIds = z.array(principalId);

/** Members to whom it is to be announced: those who did not mute the thread, and those who are mentioned. */
const notifyIds = z.array(principalId);
/** Members who are mentioned, by name or by role. */
const mentionedIds = z.array(principalId);

export const ThreadOpened = defineEvent(
  'messaging.thread.opened.v1',
  'ids',
  'The thread of a ticket exists.',
  z.object({ threadId: idSchema<'Thread'>(), ticketId: idSchema<'Ticket'>() }),
);

export const MessagePosted = defineEvent(
  'messaging.message.posted.v1',
  'ids',
  'A message was added to a thread.',
  z.object({
    threadId: idSchema<'Thread'>(),
    ticketId: idSchema<'Ticket'>(),
    messageId: idSchema<'Message'>(),
    /** Number of the message within its thread: 1, 2, 3 … */
    number: z.int(),
    /** The member who sent it: a person, or the pharmacy a person wrote for; null for a system message. */
    senderId: idSchema<'User' | 'Organisation'>().nullable(),
    kind: z.enum(['text', 'system']),
    routing: z.enum(['direct', 'reply', 'auto']),
    /** Who wrote it, where that was a proxy of the sender. */
    proxyId: idSchema<'User'>().optional(),
    /** Everybody who is a member now: live inboxes are told without asking back. */
    memberIds: z.array(idSchema<'User' | 'Organisation'>()).default([]),
    /** Number of the change within its thread; absent in events of the time when messages were all that changed. */
    change: change.optional(),
    notifyIds: notifyIds.optional(),
    mentionedIds: mentionedIds.optional(),
  }),
);

export const MessageEdited = defineEvent(
  'messaging.message.edited.v1',
  'ids',
  'Its author changed the text of a message.',
  z.object({
    ...about,
    messageId: idSchema<'Message'>(),
    number: z.int(),
    version: z.int(),
    change,
    memberIds,
    /** Those whom the edit mentions for the first time. */
    notifyIds,
  }),
);

export const MessageDeleted = defineEvent(
  'messaging.message.deleted.v1',
  'ids',
  'The text of a message is gone; its place remains.',
  z.object({
    ...about,
    messageId: idSchema<'Message'>(),
    number: z.int(),
    by: z.enum(['author', 'moderator']),
    change,
    memberIds,
  }),
);

export const ThreadPurged = defineEvent(
  'messaging.thread.purged.v1',
  'ids',
  'Messages up to a number are gone for good: the time they are kept for was over.',
  z.object({ ...about, upTo: z.int(), change, memberIds }),
);

export const ThreadRead = defineEvent(
  'messaging.thread.read.v1',
  'ids',
  'A member read a thread up to a message number, or set their marker back.',
  z.object({
    threadId: idSchema<'Thread'>(),
    ticketId: idSchema<'Ticket'>(),
    memberId: idSchema<'User' | 'Organisation'>(),
    upTo: z.int(),
    unread: z.int(),
    /** Number of the change others are told of; absent when there is nothing to tell them. */
    change: change.optional(),
  }),
);

export const ThreadDelivered = defineEvent(
  'messaging.thread.delivered.v1',
  'ids',
  'A device of a member has received a thread up to a message number.',
  z.object({ ...about, memberId: principalId, upTo: z.int(), change }),
);

export const MemberLeft = defineEvent(
  'messaging.member.left.v1',
  'ids',
  'Somebody is no longer a member of a thread: live streams of it end for them.',
  z.object({
    threadId: idSchema<'Thread'>(),
    ticketId: idSchema<'Ticket'>(),
    memberId: idSchema<'User' | 'Organisation'>(),
  }),
);

/** The aggregate is the thread's note book, not the thread: nothing about notes shows in what a patient can count. */
const aboutNote = {
  ...about,
  noteId: idSchema<'Note'>(),
  number: z.int(),
  /** Number of the change within the note book, without gaps: the cursor of live updates. */
  change: z.int(),
  /** Members who may read notes: all but the patient. */
  staffIds: z.array(principalId),
};

export const NoteWritten = defineEvent(
  'messaging.note.written.v1',
  'ids',
  'A member of staff wrote a note that the patient does not see.',
  z.object({ ...aboutNote, notifyIds, mentionedIds }),
);

export const NoteDeleted = defineEvent(
  'messaging.note.deleted.v1',
  'ids',
  'The text of a note is gone; its place remains.',
  z.object(aboutNote),
);

export const DraftSaved = defineEvent(
  'messaging.draft.saved.v1',
  'ids',
  'Somebody went on writing in a thread: their other devices follow. The aggregate is the draft.',
  z.object({ ...about, userId: idSchema<'User'>(), version: z.int() }),
);

export const PresenceChosen = defineEvent(
  'messaging.presence.chosen.v1',
  'ids',
  'A person or pharmacy chose whether others are told that they are there and write. The aggregate is who chose.',
  z.object({ principalId, hidden: z.boolean() }),
);

export const AccessQuestioned = defineEvent(
  'messaging.access.questioned.v1',
  'ids',
  'A patient questions an access to their record; an officer answers on a ticket of its own.',
  z.object({
    ticketId: idSchema<'Ticket'>(),
    threadId: idSchema<'Thread'>(),
    patientId: idSchema<'User'>(),
    officerId: idSchema<'User'>(),
    /** The organisation the officer acts for. */
    organisationId: idSchema<'Organisation'>(),
    accessId: idSchema<'RecordAccess'>(),
  }),
);

/** What an officer found about an access that a patient questioned. */
export const accessAnswers = ['rightful', 'mistaken', 'misused'] as const;
export type AccessAnswer = (typeof accessAnswers)[number];

export const AccessQuestionClosed = defineEvent(
  'messaging.access.question_closed.v1',
  'ids',
  'An officer answered the question about an access; the ticket of the question is over.',
  z.object({
    ticketId: idSchema<'Ticket'>(),
    threadId: idSchema<'Thread'>(),
    patientId: idSchema<'User'>(),
    officerId: idSchema<'User'>(),
    accessId: idSchema<'RecordAccess'>(),
    answer: z.enum(accessAnswers),
  }),
);

/** The aggregate of what is held, reported and blocked is the hold, the report, the block: it shows nowhere in the thread. */
const aboutHold = { ...about, holdId: idSchema<'LegalHold'>() };

export const HoldSet = defineEvent(
  'messaging.hold.set.v1',
  'ids',
  'Nothing of a thread may be purged until the hold is lifted.',
  z.object(aboutHold),
);

export const HoldLifted = defineEvent(
  'messaging.hold.lifted.v1',
  'ids',
  'A second person lifted a hold.',
  z.object({ ...aboutHold, setBy: idSchema<'User'>() }),
);

export const reportReasons = ['abuse', 'wrong_person', 'wrong_content', 'privacy', 'spam', 'other'] as const;
const aboutReport = { ...about, reportId: idSchema<'MessageReport'>(), messageId: idSchema<'Message'>() };

export const MessageReported = defineEvent(
  'messaging.report.made.v1',
  'ids',
  'A member reported a message.',
  z.object({ ...aboutReport, reason: z.enum(reportReasons) }),
);

export const ReportDecided = defineEvent(
  'messaging.report.decided.v1',
  'ids',
  'A moderator decided about a report.',
  z.object({ ...aboutReport, decision: z.enum(['dismissed', 'removed']) }),
);

export const SenderBlocked = defineEvent(
  'messaging.sender.blocked.v1',
  'ids',
  'A person may not send in a thread any more, or may again.',
  z.object({ ...about, userId: idSchema<'User'>(), blocked: z.boolean() }),
);

export const RoomMoved = defineEvent(
  'messaging.thread.room_moved.v1',
  'ids',
  'The room of a consultation was ended by its doctor, or goes on.',
  z.object({
    ...about,
    appointmentId: idSchema<'Appointment'>().nullable(),
    status: z.enum(['active', 'ended']),
  }),
);
