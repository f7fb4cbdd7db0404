import { describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import type { Refusal } from '@carethread/service-kit/refusal.ts';
import {
  bodySchema,
  decideSending,
  type Draft,
  fingerprintOf,
  type Message,
  type Situation,
} from './message.ts';
import type { Thread } from './thread.ts';

const thread: Thread = {
  id: newId<'Thread'>(),
  ticketId: newId<'Ticket'>(),
  orderId: null,
  orderType: 'prescription',
  memberIds: [],
  pharmacyVersion: 1,
  ticketStatus: 'created',
  ticketVersion: 1,
  openedAt: new Date(0),
  activeAt: new Date(0),
  lastNumber: 7,
  version: 9,
  lastChange: 8,
  dispensedAt: null,
  purgedUpTo: 0,
  roomEndedAt: null,
};
const author = { id: newId<'Message'>(), principalId: newId<'User'>(), userId: newId<'User'>() };
const draft: Draft = {
  clientId: newId(),
  body: 'Good morning',
  replyToId: null,
  prescriptionId: null,
  instructions: false,
  mentions: [],
  language: null,
};
const now = new Date('2026-11-20T10:00:00Z');
const decide = (situation: Partial<Situation>, change: Partial<Draft> = {}) =>
  decideSending(
    { thread, earlier: null, answered: null, blocked: false, spent: false, ...situation },
    { ...draft, ...change },
    author,
    now,
  );
const codeOf = (outcome: unknown) => (outcome as Refusal).userErrors[0]?.code;

describe('decideSending', () => {
  it('takes the next number', () => {
    expect(decide({})).toMatchObject({
      kind: 'new',
      message: { number: 8, kind: 'text', routing: 'direct', senderId: author.principalId, sentAt: now },
    });
  });

  it('makes an answer of a reply', () => {
    const outcome = decide(
      { answered: { threadId: thread.id, number: 3 } },
      { replyToId: newId<'Message'>() },
    );
    expect(outcome).toMatchObject({ message: { routing: 'reply', replyTo: 3 } });
  });

  it.each([
    ['BLOCKED', { blocked: true }],
    ['EXPIRED', { spent: true }],
  ])('refuses with %s', (code, situation) => {
    expect(codeOf(decide(situation))).toBe(code);
  });

  it('mentions members only', () => {
    const mentions = [{ memberId: newId<'User'>(), role: null, start: 0, length: 4 }];
    expect(codeOf(decide({}, { mentions }))).toBe('NOT_FOUND');
  });

  it.each([null, { threadId: newId<'Thread'>(), number: 3 }])(
    'refuses a reply across threads (%#)',
    (answered) => {
      expect(codeOf(decide({ answered }, { replyToId: newId<'Message'>() }))).toBe('NOT_FOUND');
    },
  );

  it('answers a repeat with the first message, even in a closed thread', () => {
    const earlier = { fingerprint: fingerprintOf(thread.id, draft) } as Message;
    const closed: Thread = { ...thread, ticketStatus: 'closed' };
    expect(decide({ earlier, thread: closed })).toEqual({ kind: 'repeat', message: earlier, thread: closed });
  });

  it('answers a repeat of a deleted message, of which nothing else is kept', () => {
    const earlier = { fingerprint: null, deletedAt: now } as Message;
    expect(decide({ earlier })).toMatchObject({ kind: 'repeat' });
  });

  it.each<Partial<Draft>>([
    { body: 'Good evening' },
    { replyToId: newId<'Message'>() },
    { prescriptionId: newId<'Prescription'>() },
    { instructions: true },
    { mentions: [{ memberId: null, role: 'doctor', start: 0, length: 4 }] },
  ])('refuses other content under the same client id (%#)', (change) => {
    const earlier = { fingerprint: fingerprintOf(thread.id, draft) } as Message;
    expect(codeOf(decide({ earlier }, change))).toBe('IDEMPOTENCY_MISMATCH');
  });

  it.each(['closed', 'cancelled', 'expired', 'not_fulfilled'] as const)(
    'refuses when the ticket is %s',
    (ticketStatus) => {
      expect(decide({ thread: { ...thread, ticketStatus } })).toMatchObject({
        userErrors: [{ code: 'ILLEGAL_MOVE', currentStatus: 'CLOSED' }],
      });
    },
  );

  it('sends while a cancellation waits for its confirmation', () => {
    expect(decide({ thread: { ...thread, ticketStatus: 'cancel_marked' } })).toMatchObject({ kind: 'new' });
  });

  it('knows no thread that the sender may not see', () => {
    expect(codeOf(decide({ thread: null }))).toBe('NOT_FOUND');
  });
});

describe('bodySchema', () => {
  const accepted = (text: string) => {
    const parsed = bodySchema.safeParse(text);
    return parsed.success ? parsed.data : null;
  };

  it('keeps line breaks and tabs, and writes line ends as one character', () => {
    expect(accepted('one\r\ntwo\n\tthree')).toBe('one\ntwo\n\tthree');
  });

  it('composes characters (NFC)', () => {
    expect(accepted('Zoe\u0308')).toBe('Zo\u00eb');
  });

  it('takes 10,000 characters, counted as a person counts them, and not one more', () => {
    expect(accepted('💊'.repeat(10_000))).not.toBeNull();
    expect(accepted('💊'.repeat(10_001))).toBeNull();
  });

  it.each(['', '  \n ', 'a\0b', 'a\u001b[31m', 'a\u0085b', 'a\rb', 'half \ud83d'])('refuses %j', (text) => {
    expect(accepted(text)).toBeNull();
  });
});
