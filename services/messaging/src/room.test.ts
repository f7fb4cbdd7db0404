import { newId } from '@carethread/contracts/ids.ts';
import type { Refusal } from '@carethread/service-kit/refusal.ts';
import { describe, expect, it } from '@jest/globals';
import { decideRoom, roomOf } from './room.ts';
import type { Seat } from './seating.ts';
import type { Thread } from './thread.ts';

const thread = (more: Partial<Thread> = {}) =>
  ({ orderType: 'consultation', ticketStatus: 'sent', roomEndedAt: null, ...more }) as Thread;
const seat = (role: Seat['role']): Seat => ({ principalId: newId<'User'>(), role });
const ended = { roomEndedAt: new Date(0) };

describe('a room', () => {
  it('is active until the doctor ends it, or the ticket', () => {
    expect(roomOf(thread())?.status).toBe('ACTIVE');
    expect(roomOf(thread(ended))?.status).toBe('ENDED');
    expect(roomOf(thread({ ticketStatus: 'closed' }))?.status).toBe('ENDED');
    expect(roomOf(thread({ orderType: 'prescription' }))).toBeNull();
  });

  it('is ended and taken up again by the doctor, once', () => {
    expect(decideRoom(thread(), seat('doctor'), 'ENDED')).toMatchObject({ thread: {} });
    expect(decideRoom(thread(ended), seat('doctor'), 'ENDED')).toBeNull();
    expect(decideRoom(thread(ended), seat('doctor'), 'ACTIVE')).toMatchObject({ thread: {} });
  });

  it.each([
    ['of nothing', 'NOT_FOUND', null, seat('doctor')],
    ['for a stranger', 'NOT_FOUND', thread(), undefined],
    ['of a prescription', 'NOT_FOUND', thread({ orderType: 'prescription' }), seat('doctor')],
    ['for the patient', 'NOT_ALLOWED', thread(), seat('patient')],
    ['of a closed ticket', 'ILLEGAL_MOVE', thread({ ticketStatus: 'closed' }), seat('doctor')],
  ])('%s: %s', (_, code, where, who) => {
    expect((decideRoom(where, who, 'ENDED') as Refusal).userErrors[0]!.code).toBe(code);
  });
});
