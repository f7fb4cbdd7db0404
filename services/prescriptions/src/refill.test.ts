import { describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import {
  held,
  holder,
  later,
  line,
  lot,
  newIds,
  rules,
  now,
  ok,
  pharmacist,
  refused,
  released,
} from '../test/examples.ts';
import { handOver, prepareLines } from './dispensing.ts';
import type { Prescription } from './prescription.ts';
import { earliestNextFill, redeemRepeat, repeatsLeft } from './refill.ts';
import { ticketCancelled } from './ending.ts';

const zone = 'America/New_York';
const pharmacy = { id: pharmacist.organisationId, timeZone: zone, jurisdiction: 'US' };

/** Everything of the open fill, handed over at this time. */
const filled = (prescription: Prescription, when = now): Prescription => {
  const claimed = held(prescription);
  const fill = claimed.fills.at(-1)!;
  const lines = fill.lines.map(({ lineId, quantity }) => ({
    lineId,
    lots: [lot(quantity, { expiresOn: '2030-01-01' })],
  }));
  const ready = ok(
    prepareLines(
      claimed,
      holder(claimed),
      { expectedVersion: fill.version, lines },
      { now: when, newId: () => newId<'Preparation'>(), rules },
    ),
  ).prescription;
  const items = ready.fills.at(-1)!.preparations.map(({ id, quantity }) => ({ preparationId: id, quantity }));
  return ok(
    handOver(ready, holder(ready), items, { now: when, id: newId<'Dispense'>(), partReason: null, rules }),
  ).prescription;
};
const redeem = (prescription: Prescription, when: Date) =>
  redeemRepeat(prescription, pharmacy, { now: when, rules, ticketId: newId<'Ticket'>(), newIds });
const message = (result: unknown) => (result instanceof Refusal ? result.userErrors[0]?.message : '');

describe('repeats (R-11)', () => {
  const prescribed = released([line({ repeats: 2, durationDays: 30 })]);

  it('are 1 + repeats fills; the first is no repeat', () => {
    expect(repeatsLeft(prescribed)).toBe(2);
    const once = filled(prescribed);
    expect([once.status, repeatsLeft(once)]).toEqual(['released', 2]);
    const twice = filled(ok(redeem(once, later(30))).prescription, later(30));
    expect([twice.status, repeatsLeft(twice)]).toEqual(['released', 1]);
    const thrice = filled(ok(redeem(twice, later(60))).prescription, later(60));
    expect([thrice.status, repeatsLeft(thrice)]).toEqual(['completed', 0]);
    expect(refused(redeem(thrice, later(90)))).toEqual(['BLOCKED']);
  });

  it('are refused when too early, with the day from which they are possible', () => {
    const once = filled(prescribed);
    expect(earliestNextFill(once, { timeZone: zone }, 3)).toBe('2026-12-17');
    const early = redeem(once, new Date('2026-12-17T04:59:00Z'));
    expect(refused(early)).toEqual(['NOT_YET']);
    expect(message(early)).toContain('2026-12-17');
    expect(redeem(once, new Date('2026-12-17T05:00:00Z'))).not.toBeInstanceOf(Refusal);
  });

  it('are refused when expired, counted to the end of the last day where the pharmacy is', () => {
    const once = filled(prescribed);
    const { validUntil } = once.signature!;
    expect(validUntil.toISOString()).toBe('2027-05-19T09:00:00.000Z');
    expect(redeem(once, new Date('2027-05-20T03:59:00Z'))).not.toBeInstanceOf(Refusal);
    const late = redeem(once, new Date('2027-05-20T04:00:00Z'));
    expect(refused(late)).toEqual(['EXPIRED']);
    expect(message(late)).toContain('2027-05-19');
  });

  it('wait for the fill before, and for open safety points', () => {
    expect(refused(redeem(prescribed, now))).toEqual(['BLOCKED']);
    expect(refused(redeem({ ...filled(prescribed), openItems: 1 }, later(40)))).toEqual(['BLOCKED']);
  });

  it('hold only the lines that have as many repeats', () => {
    const mixed = filled(released([line({ repeats: 0 }), line({ repeats: 1, durationDays: 30 })]));
    const next = ok(redeem(mixed, later(40)));
    expect(next.prescription.fills.at(-1)?.lines.map(({ lineId }) => lineId)).toEqual([mixed.lines[1]!.id]);
  });

  it('are used up once when part was handed over and the rest cancelled: marked first, then acknowledged', () => {
    const again = held(ok(redeem(filled(prescribed), later(30))).prescription);
    const { ticketId, version, lines } = again.fills.at(-1)!;
    const at = { now: later(30), newId: () => newId<'Preparation'>(), rules };
    const entries = [{ lineId: lines[0]!.lineId, lots: [lot(5, { expiresOn: '2030-01-01' })] }];
    const ready = ok(
      prepareLines(again, holder(again), { expectedVersion: version, lines: entries }, at),
    ).prescription;
    const items = [{ preparationId: ready.fills.at(-1)!.preparations[0]!.id, quantity: 5 }];
    const part = ok(
      handOver(ready, holder(ready), items, {
        now: later(30),
        id: newId<'Dispense'>(),
        partReason: null,
        rules,
      }),
    ).prescription;
    const by = { reason: 'patient_wish', doctor: false };
    const marked = ok(ticketCancelled(part, ticketId, by, later(31))).prescription;
    expect([marked.status, marked.fillsUsed, repeatsLeft(marked)]).toEqual(['released', 2, 1]);
    expect(ticketCancelled(marked, ticketId, by, later(32))).toBeNull();
  });

  it('come back when a repeat is cancelled with nothing handed over', () => {
    const again = ok(redeem(filled(prescribed), later(30))).prescription;
    const { ticketId } = again.fills.at(-1)!;
    const back = ok(
      ticketCancelled(again, ticketId, { reason: 'patient_wish', doctor: false }, later(31)),
    ).prescription;
    expect([back.status, repeatsLeft(back), back.fillsUsed]).toEqual(['released', 2, 1]);
    expect(ok(redeem(back, later(31))).prescription.fills.at(-1)).toMatchObject({
      number: 2,
      status: 'open',
    });
  });
});
