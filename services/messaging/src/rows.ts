import type { Message, Note } from './generated/prisma/client.ts';

/** Rows as the read side has them. */
export type {
  Thread as ThreadRow,
  Member as MemberRow,
  Inbox as InboxRow,
  Draft as DraftRow,
  MessageRevision as MessageRevisionRow,
  ThreadChange as ThreadChangeRow,
} from './generated/prisma/client.ts';
/** Without what only the decision about a repeat needs. */
export type MessageRow = Omit<Message, 'fingerprint' | 'mentions'> & {
  readonly mentions: unknown;
};
export type NoteRow = Omit<Note, 'clientId' | 'fingerprint' | 'mentions'> & { readonly mentions: unknown };
