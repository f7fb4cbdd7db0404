import { describe, expect, it } from '@jest/globals';
import { type LineState, lineStates } from '@carethread/contracts/events/prescriptions.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import fc from 'fast-check';
import { handOver, markNotDispensed, prepareLines } from '../src/dispensing.ts';
import {
  cancel,
  expire,
  ticketCancelled,
  ticketExpired,
  ticketGivenBack,
  ticketNotFulfilled,
} from '../src/ending.ts';
import { type Dispense, lineState, usesUnit } from '../src/fill.ts';
import { authorisedFills } from '../src/line.ts';
import { currentFill, moves, type Prescription } from '../src/prescription.ts';
import { redeemRepeat, repeatsLeft } from '../src/refill.ts';
import { held, holder, later, line, lot, newIds, pharmacist, released, rules } from './examples.ts';

const index = fc.nat(3);
const kinds = {
  prepare: fc.record({
    do: fc.constant('prepare' as const),
    line: index,
    // As many lots as fill the line up, each of about this share; now and then one too many.
    share: fc.integer({ min: 1, max: 3 }),
    excess: fc.constantFrom(0, 0, 0, 1),
  }),
  handOver: fc.record({ do: fc.constant('handOver' as const), share: fc.integer({ min: 1, max: 2 }) }),
  redeem: fc.record({ do: fc.constant('redeem' as const), days: fc.integer({ min: 0, max: 15 }) }),
  notDispensed: fc.record({ do: fc.constant('notDispensed' as const), line: index }),
  comesBack: fc.record({
    do: fc.constantFrom('giveBack' as const, 'notFulfilled' as const, 'cancelByPatient' as const),
  }),
  ends: fc.record({ do: fc.constantFrom('cancel' as const, 'ticketExpired' as const, 'expire' as const) }),
};
const step = fc.oneof(
  { weight: 40, arbitrary: kinds.prepare },
  { weight: 40, arbitrary: kinds.handOver },
  { weight: 20, arbitrary: kinds.redeem },
  { weight: 5, arbitrary: kinds.notDispensed },
  { weight: 3, arbitrary: kinds.comesBack },
  { weight: 1, arbitrary: kinds.ends },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** From which state a line of one fill may go where, within one step. */
const lineMoves: Record<LineState, readonly LineState[]> = {
  to_fill: ['partly', 'ready', 'not_dispensed', 'cancelled', 'expired'],
  partly: ['to_fill', 'ready', 'owing', 'collected', 'not_dispensed', 'cancelled', 'expired'],
  ready: ['to_fill', 'partly', 'owing', 'collected', 'not_dispensed', 'cancelled', 'expired'],
  owing: ['partly', 'ready', 'not_dispensed', 'cancelled', 'expired'],
  not_dispensed: ['to_fill', 'partly', 'ready', 'owing', 'cancelled', 'expired'],
  collected: [],
  cancelled: [],
  expired: [],
};

interface World {
  prescription: Prescription;
  dispenses: Dispense[];
  now: Date;
}

function apply({ prescription, dispenses, now }: World, command: Step): World {
  const fill = currentFill(prescription);
  const at = { now, newId: () => newId<'Preparation'>(), rules };
  const lines = fill?.lines ?? [];
  const done = (() => {
    switch (command.do) {
      case 'prepare': {
        const each = lines[command.line % Math.max(1, lines.length)];
        const left = (each ? each.quantity - each.handedOver : 0) + command.excess;
        const size = Math.max(1, Math.floor(left / command.share));
        const lots = Array.from({ length: Math.floor(left / size) }, () =>
          lot(size, { expiresOn: '2099-01-01' }),
        );
        const entry = { lineId: each?.lineId ?? newId<'Line'>(), lots };
        return prepareLines(
          prescription,
          holder(prescription),
          { expectedVersion: fill?.version ?? 0, lines: [entry] },
          at,
        );
      }
      case 'handOver': {
        const items = (fill?.preparations ?? []).map(({ id, quantity }) => ({
          preparationId: id,
          quantity: Math.ceil(quantity / command.share),
        }));
        if (items.length === 0) return null;
        return handOver(prescription, holder(prescription), items, {
          now,
          id: newId<'Dispense'>(),
          partReason: null,
          rules,
        });
      }
      case 'notDispensed': {
        const lineId = lines[command.line % Math.max(1, lines.length)]?.lineId ?? newId<'Line'>();
        const order = { expectedVersion: fill?.version ?? 0, lineId, reason: 'out_of_stock' as const };
        return markNotDispensed(prescription, holder(prescription), order, now);
      }
      case 'redeem': {
        const pharmacy = { id: pharmacist.organisationId, timeZone: 'UTC', jurisdiction: 'US' };
        return redeemRepeat(prescription, pharmacy, {
          now,
          rules,
          ticketId: newId<'Ticket'>(),
          newIds,
        });
      }
      case 'giveBack':
        return fill ? ticketGivenBack(prescription, fill.ticketId) : null;
      case 'notFulfilled':
        return fill ? ticketNotFulfilled(prescription, fill.ticketId, now) : null;
      case 'ticketExpired':
        return fill ? ticketExpired(prescription, fill.ticketId, now) : null;
      case 'cancelByPatient':
        return fill
          ? ticketCancelled(prescription, fill.ticketId, { reason: 'patient_wish', doctor: false }, now)
          : null;
      case 'cancel':
        return cancel(prescription, 'wrong_dose', now).decided ?? null;
      case 'expire':
        return expire(prescription, later(400));
      default:
        return command satisfies never;
    }
  })();
  const then = command.do === 'redeem' ? later(command.days, now) : now;
  if (done === null || done instanceof Refusal) return { prescription, dispenses, now: then };
  return {
    prescription: held(done.prescription),
    dispenses: 'dispense' in done ? [...dispenses, done.dispense as Dispense] : dispenses,
    now: then,
  };
}

const dispensed = (dispenses: Dispense[], lineId: string) =>
  dispenses
    .flatMap(({ items }) => items)
    .reduce((sum, item) => (item.lineId === lineId ? sum + item.quantity : sum), 0);

const prescribed = fc
  .array(
    fc.record({
      quantity: fc.integer({ min: 1, max: 6 }),
      repeats: fc.nat(3),
      durationDays: fc.integer({ min: 1, max: 10 }),
    }),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((lines) => held(released(lines.map((each) => line(each)))));

describe('any course of a prescription', () => {
  it('R-10 R-11 hands over no more than authorised, and every state is a legal one', () => {
    fc.assert(
      fc.property(
        prescribed,
        fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }),
        (prescription, steps) => {
          let world: World = { prescription, dispenses: [], now: later(0) };
          for (const command of steps) {
            const before = world.prescription;
            world = apply(world, command);
            const after = world.prescription;
            const total = authorisedFills(after.lines);
            // Per line: what was handed over in all fills is what the records say, and within quantity × fills.
            for (const each of after.lines) {
              const given = dispensed(world.dispenses, each.id);
              const inFills = after.fills.flatMap((f) => f.lines).filter((l) => l.lineId === each.id);
              expect(inFills.reduce((sum, l) => sum + l.handedOver, 0)).toBe(given);
              expect(given).toBeLessThanOrEqual(each.quantity * (1 + each.repeats));
              for (const l of inFills) expect(l.handedOver).toBeLessThanOrEqual(l.quantity);
            }
            // Units: as many as there are fills that use one, never more than 1 + repeats, one open at a time.
            expect(after.fillsUsed).toBe(after.fills.filter(usesUnit).length);
            expect(after.fillsUsed).toBeLessThanOrEqual(total);
            expect(repeatsLeft(after)).toBeLessThanOrEqual(total - 1);
            expect(after.fills.filter((f) => f.status === 'open').length).toBeLessThanOrEqual(1);
            // States: only legal moves.
            if (after.status !== before.status) expect(moves[before.status]).toContain(after.status);
            for (const fill of after.fills) {
              const was = before.fills.find((f) => f.id === fill.id);
              for (const [i, l] of fill.lines.entries()) {
                const state = lineState(fill, l);
                expect(lineStates).toContain(state);
                const old = was && lineState(was, was.lines[i]!);
                if (old && old !== state) expect(lineMoves[old]).toContain(state);
              }
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
