/** Rows as the read side has them. */
export type {
  Thread as ThreadRow,
  Message as MessageRow,
  Member as MemberRow,
  Inbox as InboxRow,
} from './generated/prisma/client.ts';
