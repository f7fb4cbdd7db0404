import { apart, type AuditedTypes, personal } from '@carethread/service-kit/audit/personal-types.ts';
import type { Hold } from '../hold-thread/hold-store.ts';
import type { Report } from '../moderate/report-store.ts';
import type { MessageRow, NoteRow, ThreadRow } from '../rows.ts';

/** What of threads and messages being shown or written is on record. */
export const audited: AuditedTypes = {
  types: {
    Thread: personal<ThreadRow>({ id: ({ id }) => id, through: ({ id }) => id }),
    Message: personal<MessageRow>({ id: ({ id }) => id, through: ({ threadId }) => threadId }),
    Note: personal<NoteRow>({ id: ({ id }) => id, through: ({ threadId }) => threadId }),
    LegalHold: personal<Hold>({ id: ({ id }) => id, through: ({ threadId }) => threadId }),
    MessageReport: personal<Report>({ id: ({ id }) => id, through: ({ threadId }) => threadId }),
    ...apart('is shown only with its thread or message', 'ThreadMember', 'SystemNotice', 'SystemNoticeParam'),
    ...apart(
      'is shown only with its message or note',
      'Mention',
      'MessageReceipt',
      'MessageRevision',
      'SnippetPart',
    ),
    ...apart('is shown only with its thread', 'ThreadChanges', 'ThreadChange', 'Room', 'NoteLogEntry'),
    SearchHit: 'names messages and notes, which are noted where they are read',
    HeldCopy: 'is shown only with its hold',
    Draft: 'is shown to who wrote it and nobody else',
    SenderBlock: 'answers the moderator what they decided',
    RetentionClassReport: 'counts',
    ...apart('holds numbers; the threads and messages in it are noted', 'Inbox', 'Outbox', 'MessageLogEntry'),
    RecordAccess: 'is the record itself: to look at it is shown to nobody',
    ...apart('holds counters of the person who asks', 'UnreadCheck', 'ThreadUnreadCheck'),
    ...apart(
      'is a reference: who has it notes it',
      'Ticket',
      'Party',
      'User',
      'Organisation',
      'Prescription',
    ),
  },
  patientIn: `(SELECT principal_id FROM member WHERE thread_id = given.through AND role = 'patient' LIMIT 1)`,
  unwatched: {
    thread: 'changes with each of its messages, which are on record',
    member: 'follows the ticket’s parties; the markers are the reader’s own',
    ...apart('counts', 'inbox', 'unread_repair', 'note_book'),
    ...apart(
      'follows the message, which is on record',
      'message_revision',
      'thread_change',
      'search_entry',
      'held_copy',
    ),
    spent_client_id: 'holds ids of what is gone',
    draft: 'is its author’s own until it is sent',
    sender_block: 'holds the decision with who made it, when and why',
    audit_officer: 'is a copy of what identity has on record',
    record_access: 'is a copy of the audits themselves',
    access_question: 'is the ticket and the message it becomes',
  },
};
