import { newId } from '@carethread/contracts/ids.ts';
import type { Refusal } from '@carethread/service-kit/refusal.ts';
import { describe, expect, it } from '@jest/globals';
import type { Message } from './message.ts';
import { decideDeleting, decideEditing, type Found } from './revision.ts';
import type { Thread } from './thread.ts';

const author = newId<'User'>();
const sentAt = new Date('2026-11-20T10:00:00Z');
const found = (message: Partial<Message> = {}, thread: Partial<Thread> = {}, blocked = false): Found => ({
  blocked,
  thread: { ticketStatus: 'sent', dispensedAt: null, memberIds: [author], ...thread } as Thread,
  message: {
    sentBy: author,
    body: 'One a day',
    mentions: null,
    version: 2,
    sentAt,
    deletedAt: null,
    instructions: false,
    prescriptionId: null,
    ...message,
  } as Message,
});
const edit = (situation: Found, change = {}, minutes = 5, editor = author) =>
  decideEditing(situation, { body: 'Two a day', mentions: [], expectedVersion: 2, ...change }, editor, {
    now: new Date(sentAt.getTime() + minutes * 60_000),
    windowMs: 15 * 60_000,
  });
const refusal = (outcome: unknown) => {
  const { code, currentStatus } = (outcome as Refusal).userErrors[0]!;
  return currentStatus ? `${code} ${currentStatus}` : code;
};
const dispensed = { dispensedAt: sentAt };

describe('an edit', () => {
  it('makes the next version', () => {
    expect(edit(found())).toMatchObject({
      kind: 'edited',
      message: { body: 'Two a day', version: 3, editedAt: new Date('2026-11-20T10:05:00Z') },
    });
  });

  it('that was made already is answered, whoever of two devices was first', () => {
    expect(edit(found({ body: 'Two a day', version: 3 }))).toMatchObject({ kind: 'same' });
    expect(edit(found({ body: 'Two a day' }))).toMatchObject({ kind: 'same' });
  });

  it('based on another version is a conflict', () => {
    expect(edit(found(), { expectedVersion: 1 })).toMatchObject({
      userErrors: [{ code: 'CONFLICT', currentVersion: 2 }],
    });
  });

  it.each([
    ['of another person’s message', 'NOT_ALLOWED', () => edit(found(), {}, 5, newId<'User'>())],
    ['of a message of the system', 'NOT_ALLOWED', () => edit(found({ sentBy: null }))],
    ['of what was deleted', 'ILLEGAL_MOVE DELETED', () => edit(found({ body: null, deletedAt: sentAt }))],
    ['by somebody who is blocked', 'BLOCKED', () => edit(found({}, {}, true))],
    ['after the window', 'EXPIRED', () => edit(found(), {}, 16)],
    ['in a closed thread', 'ILLEGAL_MOVE CLOSED', () => edit(found({}, { ticketStatus: 'closed' }))],
    [
      'of instructions that were acted upon',
      'ILLEGAL_MOVE ACTED_UPON',
      () => edit(found({ instructions: true }, dispensed)),
    ],
    [
      'of what was said about a prescription that was acted upon',
      'ILLEGAL_MOVE ACTED_UPON',
      () => edit(found({ prescriptionId: newId<'Prescription'>() }, dispensed)),
    ],
    [
      'that mentions a stranger',
      'NOT_FOUND',
      () => edit(found(), { mentions: [{ memberId: newId(), role: null, start: 0, length: 1 }] }),
    ],
    ['of nothing', 'NOT_FOUND', () => edit({ thread: null, message: null, blocked: false })],
  ])('%s is %s', (_, code, decide) => {
    expect(refusal(decide())).toBe(code);
  });

  it('of small talk is possible after medicine was handed over', () => {
    expect(edit(found({}, dispensed))).toMatchObject({ kind: 'edited' });
  });
});

describe('deleting', () => {
  it('needs no version and has no window, and is done once', () => {
    expect(decideDeleting(found({}, { ticketStatus: 'closed' }), author)).toMatchObject({ kind: 'deleted' });
    expect(decideDeleting(found({ deletedAt: sentAt }), author)).toMatchObject({ kind: 'same' });
  });

  it.each([
    ['of another person’s message', 'NOT_ALLOWED', () => decideDeleting(found(), newId<'User'>())],
    [
      'of instructions that were acted upon',
      'ILLEGAL_MOVE ACTED_UPON',
      () => decideDeleting(found({ instructions: true }, dispensed), author),
    ],
    [
      'of nothing',
      'NOT_FOUND',
      () => decideDeleting({ thread: null, message: null, blocked: false }, author),
    ],
  ])('%s is %s', (_, code, decide) => {
    expect(refusal(decide())).toBe(code);
  });
});
