import { describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { line, lot, now, ok, pharmacist, refused } from '../test/examples.ts';
import { type Fill, giveBack, lineStatesOf, openFill, readinessOf } from './fill.ts';
import { handOver, markNotDispensed, prepare } from './filling.ts';

const first = line({ quantity: 30 });
const second = line({ quantity: 10, substitutionAllowed: false });
const lines = [first, second];
const fresh = openFill(
  { number: 1, contentVersion: 1, ticketId: newId<'Ticket'>(), lines },
  newId<'Fill'>(),
  now,
);

const ready = (fill: Fill, entries: Parameters<typeof prepare>[1], today = '2026-11-20') =>
  prepare(fill, entries, { lines, today, by: pharmacist.userId, now, newId: () => newId<'Preparation'>() });
const hand = (fill: Fill, items: Parameters<typeof handOver>[1], today = '2026-11-20') =>
  handOver(fill, items, {
    id: newId<'Dispense'>(),
    today,
    by: pharmacist.userId,
    pharmacyId: pharmacist.organisationId,
    fence: 1,
    now,
    partReason: null,
  });
const states = (fill: Fill) => lineStatesOf(fill).map(({ state }) => state);
const everything = (fill: Fill) =>
  fill.preparations.map(({ id, quantity }) => ({ preparationId: id, quantity }));

describe('a fill (R-10, T-11)', () => {
  it('begins with everything to fill', () => {
    expect(states(fresh)).toEqual(['to_fill', 'to_fill']);
    expect(readinessOf(fresh)).toBe('none');
  });

  it('goes from part to whole as lines stand ready, and owes what was not handed over', () => {
    const part = ok(ready(fresh, [{ lineId: first.id, lots: [lot(12), lot(8, { lot: 'L2' })] }]));
    expect(states(part)).toEqual(['partly', 'to_fill']);
    expect(readinessOf(part)).toBe('part');
    const { fill: owing, dispense } = ok(hand(part, everything(part)));
    expect(states(owing)).toEqual(['owing', 'to_fill']);
    expect(owing.status).toBe('open');
    expect(dispense.items.map(({ quantity, lot: name }) => [name, quantity])).toEqual([
      ['L1', 12],
      ['L2', 8],
    ]);
    const whole = ok(
      ready(owing, [
        { lineId: first.id, lots: [lot(10)] },
        { lineId: second.id, lots: [lot(10)] },
      ]),
    );
    expect(states(whole)).toEqual(['ready', 'ready']);
    expect(readinessOf(whole)).toBe('whole');
    const { fill: done } = ok(hand(whole, everything(whole)));
    expect(states(done)).toEqual(['collected', 'collected']);
    expect(done.status).toBe('complete');
  });

  it('R-10 prepares no more than is left, and names the lot that is too many', () => {
    const refusal = ready(fresh, [{ lineId: second.id, lots: [lot(6), lot(5)] }]);
    expect(refused(refusal)).toEqual(['INVALID']);
    expect(refusal).toMatchObject({
      userErrors: [{ path: ['input', 'lines', '0', 'lots', '1', 'quantity'] }],
    });
  });

  it('replaces what stood ready, and takes no lots for an answer', () => {
    const once = ok(ready(fresh, [{ lineId: first.id, lots: [lot(30)] }]));
    const twice = ok(ready(once, [{ lineId: first.id, lots: [lot(29, { lot: 'L9' })] }]));
    expect(twice.preparations).toMatchObject([{ lot: 'L9', quantity: 29 }]);
    expect(ok(ready(twice, [{ lineId: first.id, lots: [] }])).preparations).toEqual([]);
  });

  it('takes no lot that has expired, at preparing and again at handing over', () => {
    const tonight = lot(10, { expiresOn: '2026-11-20' });
    expect(refused(ready(fresh, [{ lineId: second.id, lots: [tonight] }], '2026-11-21'))).toEqual([
      'INVALID',
    ]);
    const prepared = ok(ready(fresh, [{ lineId: second.id, lots: [tonight] }]));
    expect(refused(hand(prepared, everything(prepared), '2026-11-21'))).toEqual(['EXPIRED']);
    expect(ok(hand(prepared, everything(prepared))).dispense.items).toHaveLength(1);
  });

  it('substitutes only where the doctor allows it, and records how and why', () => {
    const substitution = {
      productText: 'Amoxi-Generic',
      productId: null,
      type: 'generic',
      reason: 'out_of_stock',
    } as const;
    expect(refused(ready(fresh, [{ lineId: second.id, lots: [lot(1, { substitution })] }]))).toEqual([
      'NOT_ALLOWED',
    ]);
    const allowed = ok(ready(fresh, [{ lineId: first.id, lots: [lot(30, { substitution })] }]));
    expect(ok(hand(allowed, everything(allowed))).dispense.items[0]?.substitution).toEqual(substitution);
  });

  it('R-10 hands over nothing twice, nothing unprepared and no more than is ready', () => {
    const prepared = ok(ready(fresh, [{ lineId: first.id, lots: [lot(20)] }]));
    const [one] = everything(prepared);
    expect(refused(hand(prepared, [one!, one!]))).toEqual(['INVALID']);
    expect(refused(hand(prepared, [{ ...one!, quantity: 21 }]))).toEqual(['INVALID']);
    expect(refused(hand(prepared, [{ preparationId: newId<'Preparation'>(), quantity: 1 }]))).toEqual([
      'INVALID',
    ]);
    const { fill } = ok(hand(prepared, [{ ...one!, quantity: 5 }]));
    expect(states(fill)[0]).toBe('partly');
    expect(fill.preparations[0]?.quantity).toBe(15);
  });

  it('T-11 closes a line that is not dispensed, and the fill when nothing else is owed', () => {
    const given = ok(markNotDispensed(fresh, second.id, 'out_of_stock'));
    expect(states(given)).toEqual(['to_fill', 'not_dispensed']);
    expect(refused(markNotDispensed(given, second.id, 'out_of_stock'))).toEqual(['ILLEGAL_MOVE']);
    const whole = ok(ready(given, [{ lineId: first.id, lots: [lot(30)] }]));
    expect(readinessOf(whole)).toBe('whole');
    expect(ok(hand(whole, everything(whole))).fill.status).toBe('complete');
    const part = ok(hand(whole, [{ preparationId: whole.preparations[0]!.id, quantity: 3 }])).fill;
    const rest = ok(markNotDispensed(part, first.id, 'patient_declined'));
    expect(rest).toMatchObject({ status: 'complete', preparations: [] });
  });

  it('T-11 is not fulfilled when every line is closed and nothing was handed over', () => {
    const prepared = ok(ready(fresh, [{ lineId: second.id, lots: [lot(2)] }]));
    const given = ok(markNotDispensed(prepared, first.id, 'out_of_stock'));
    expect(given.status).toBe('open');
    const none = ok(markNotDispensed(given, second.id, 'patient_declined'));
    expect(none).toMatchObject({ status: 'not_fulfilled', preparations: [] });
    expect(states(none)).toEqual(['not_dispensed', 'not_dispensed']);
  });

  it('is as it was before for the next pharmacy when it is given back', () => {
    const busy = ok(
      ready(ok(markNotDispensed(fresh, second.id, 'out_of_stock')), [{ lineId: first.id, lots: [lot(3)] }]),
    );
    expect(states(giveBack(busy))).toEqual(['to_fill', 'to_fill']);
  });
});
