import { describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import {
  draft,
  held,
  holder,
  later,
  line,
  lot,
  now,
  ok,
  refused,
  released,
  rules,
  signed,
} from '../test/examples.ts';
import { handOver, prepareLines } from './dispensing.ts';
import {
  cancel,
  expire,
  ticketCancelled,
  ticketExpired,
  ticketGivenBack,
  ticketNotFulfilled,
} from './ending.ts';
import { lineStatesOf } from './fill.ts';
import type { Prescription } from './prescription.ts';

const handed = (prescription: Prescription, quantity: number): Prescription => {
  const claimed = held(prescription);
  const { version, lines } = claimed.fills.at(-1)!;
  const entries = [{ lineId: lines[0]!.lineId, lots: [lot(quantity)] }];
  const ready = ok(
    prepareLines(
      claimed,
      holder(claimed),
      { expectedVersion: version, lines: entries },
      { now, newId: () => newId<'Preparation'>(), rules },
    ),
  ).prescription;
  const items = ready.fills
    .at(-1)!
    .preparations.map((each) => ({ preparationId: each.id, quantity: each.quantity }));
  return ok(handOver(ready, holder(ready), items, { now, id: newId<'Dispense'>(), partReason: null, rules }))
    .prescription;
};
const states = (prescription: Prescription) =>
  lineStatesOf(prescription.fills.at(-1)!).map(({ state }) => state);

describe('the end of validity (T-13)', () => {
  const facts = (decided: { facts: object[] } | null) => decided?.facts;

  it('is told, with whether something was handed over; that of a draft is nobody’s business', () => {
    const { ticketId } = released();
    expect(facts(expire(held(released()), later(182)))).toMatchObject([
      { kind: 'expired', reason: 'validity_ended', part: false },
    ]);
    expect(facts(expire(handed(released(), 3), later(182)))).toMatchObject([{ kind: 'expired', part: true }]);
    expect(facts(ticketExpired(released(), ticketId, now))).toMatchObject([
      { kind: 'expired', ticketId, reason: 'ticket_expired', part: false },
    ]);
    expect(facts(ticketExpired(draft(), draft().ticketId, now))).toEqual([]);
  });
});

describe('cancelling (T-10)', () => {
  it('has an outcome for every status', () => {
    const outcome = (prescription: Prescription) => cancel(prescription, 'wrong_drug', now).outcome;
    expect(outcome(draft())).toBe('NOT_ALLOWED');
    expect(outcome(signed())).toBe('CANCELLED');
    expect(outcome(released())).toBe('CANCELLED');
    expect(outcome(held(released()))).toBe('MARKED');
    expect(outcome(handed(released(), 30))).toBe('TOO_LATE');
    const once = cancel(released(), 'wrong_drug', now).decided!.prescription;
    expect(outcome(once)).toBe('ALREADY_CANCELLED');
    expect(outcome(ok(expire(released(), later(182))).prescription)).toBe('EXPIRED');
  });

  it('blocks hand-over at once and leaves what was delivered', () => {
    const part = handed(released(), 12);
    const { decided } = cancel(part, 'allergy', now);
    expect(decided?.facts).toMatchObject([{ kind: 'cancelled', part: true, reason: 'allergy' }]);
    const after = decided!.prescription;
    expect(states(after)).toEqual(['cancelled']);
    expect(after.fills[0]?.lines[0]?.handedOver).toBe(12);
    expect(
      refused(handOver(after, holder(after), [], { now, id: newId<'Dispense'>(), partReason: null, rules })),
    ).toEqual(['ILLEGAL_MOVE']);
  });

  it('by the ticket is refused when everything was handed over', () => {
    const done = handed(released(), 30);
    const decided = ok(ticketCancelled(done, done.ticketId, { reason: 'patient_wish', doctor: false }, now));
    expect(decided.prescription.status).toBe('completed');
    expect(decided.facts).toEqual([{ kind: 'cancel_refused', ticketId: done.ticketId }]);
  });

  it('by the ticket ends a draft without a word, and a cancelled one not again', () => {
    const by = { reason: 'patient_wish', doctor: false };
    const written = draft();
    expect(ok(ticketCancelled(written, written.ticketId, by, now))).toMatchObject({
      prescription: { status: 'cancelled' },
      facts: [],
    });
    const over = cancel(released(), 'wrong_drug', now).decided!.prescription;
    expect(ticketCancelled(over, over.ticketId, by, now)).toBeNull();
  });
});

describe('expiry', () => {
  it('comes when the last day is over everywhere, and only then', () => {
    const prescription = released();
    expect(expire(prescription, later(180))).toBeNull();
    const { prescription: over } = ok(expire(prescription, later(181.1)));
    expect([over.status, states(over)]).toEqual(['expired', ['expired']]);
    expect(expire(over, later(200))).toBeNull();
  });

  it('refuses hand-over from the day after, before the clock has come round', () => {
    const claimed = held(released());
    expect(
      refused(
        handOver(claimed, holder(claimed), [], {
          now: new Date('2027-05-20T04:00:00Z'),
          id: newId<'Dispense'>(),
          partReason: null,
          rules,
        }),
      ),
    ).toEqual(['EXPIRED']);
  });

  it('of the ticket takes an untouched prescription with it, and leaves one that has repeats', () => {
    expect(ok(ticketExpired(signed(), signed().ticketId, now)).prescription.status).toBe('expired');
    const part = handed(released([line({ repeats: 1 })]), 12);
    const { prescription } = ok(ticketExpired(part, part.ticketId, now));
    expect([prescription.status, prescription.fillsUsed, states(prescription)]).toEqual([
      'released',
      1,
      ['expired'],
    ]);
  });
});

describe('a ticket that comes back', () => {
  it('leaves nothing standing ready', () => {
    const claimed = held(released());
    const entries = [{ lineId: claimed.lines[0]!.id, lots: [lot(30)] }];
    const ready = ok(
      prepareLines(
        claimed,
        holder(claimed),
        { expectedVersion: 1, lines: entries },
        { now, newId: () => newId<'Preparation'>(), rules },
      ),
    ).prescription;
    expect(states(ok(ticketGivenBack(ready, ready.ticketId)).prescription)).toEqual(['to_fill']);
    expect(ticketGivenBack(claimed, claimed.ticketId)).toBeNull();
  });

  it('declined gives the unit back if nothing was handed over', () => {
    const before = released();
    const { prescription } = ok(ticketNotFulfilled(before, before.ticketId, now));
    expect([prescription.status, prescription.fillsUsed, states(prescription)]).toEqual([
      'released',
      0,
      ['not_dispensed'],
    ]);
  });
});

describe('a claim', () => {
  it('that was returned, overtaken or never seen does not hand over', () => {
    const prescription = held(released(), 2);
    const trial = (fence: number, p = prescription) =>
      refused(handOver(p, holder(p, fence), [], { now, id: newId<'Dispense'>(), partReason: null, rules }));
    expect(trial(1)).toEqual(['STALE_CLAIM']);
    expect(trial(3)).toEqual(['BLOCKED']);
    const fills = prescription.fills.map((fill) => ({
      ...fill,
      ticket: { ...fill.ticket!, endedFence: 2, held: false },
    }));
    expect(trial(2, { ...prescription, fills })).toEqual(['STALE_CLAIM']);
  });
});
