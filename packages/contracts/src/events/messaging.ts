import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { idSchema } from '../ids.ts';

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
    /** Everybody who is a member now: live inboxes are told without asking back. */
    memberIds: z.array(idSchema<'User' | 'Organisation'>()).default([]),
  }),
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
  }),
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
