import type { Message } from './generated/prisma/client.ts';

/** Rows as the read side has them. */
export type {
  Thread as ThreadRow,
  Member as MemberRow,
  Inbox as InboxRow,
} from './generated/prisma/client.ts';
/** Without what only the decision about a repeat needs. */
export type MessageRow = Omit<Message, 'clientId' | 'fingerprint'>;
