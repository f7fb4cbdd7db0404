import { newId, type OrganisationId } from '@carethread/contracts/ids.ts';
import { ticketKinds } from '@carethread/contracts/events/tickets.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cancel } from './decisions/cancel.ts';
import { choosePharmacy } from './decisions/choose-pharmacy.ts';
import { claim, giveBack, type Holder, renew } from './decisions/claim.ts';
import {
  onCancelRefused,
  onHandedOver,
  onPrepared,
  onPrescriptionCancelled,
  onReleased,
} from './decisions/follow-prescription.ts';
import { note } from './decisions/note.ts';
import { freshTicket } from './decisions/open.ts';
import { endLease, expire, remindOfLease } from './decisions/time.ts';
import { acknowledgeCancel, close, decline, finish, markReady, send, startPreparing } from './decisions/work.ts';
import { legalMoves } from './legal-moves.ts';
import { claimIn, evolve, type Fact, type Ticket } from './ticket.ts';
import { toRow, toTicket } from './ticket-row.ts';

const minute = 60_000;
const leaseMs = 30 * minute;
const start = new Date('2026-11-20T08:00:00.250Z');
const patientId = newId<'User'>();
const doctorId = newId<'User'>();
const pharmacies = [newId() as OrganisationId, newId() as OrganisationId];
const holders: Holder[] = pharmacies.flatMap((pharmacyId) => [
  { pharmacyId, userId: newId<'User'>() },
  { pharmacyId, userId: newId<'User'>() },
]);
const prescriptionId = newId<'Prescription'>();
const dispenseId = newId<'Dispense'>();

const opened = (kind: Ticket['kind'], choice: { pharmacyId: OrganisationId | null; anyPharmacy: boolean }): Ticket =>
  evolve(
    freshTicket(
      {
        id: newId<'Ticket'>(),
        number: 'TKT-20261120-CCCCC',
        timeZone: 'UTC',
        kind,
        patientId,
        doctorId,
        clinicId: newId() as OrganisationId,
        ...choice,
        appointmentId: null,
        prescriptionId: null,
        openedAt: start,
        expiresAt: new Date(start.getTime() + 90 * minute),
      },
      'created',
    ),
    { type: 'opened' },
  );

/** Everything anybody could try; `seed` picks people, fences and reasons that fit or do not. */
type Try = (ticket: Ticket, seed: number, now: Date) => Fact[] | Refusal;
const holderOf = (seed: number) => holders[seed % holders.length]!;
/** Mostly the current claim, sometimes an old one or somebody else's. */
const presented = (ticket: Ticket, seed: number) => {
  const current = claimIn(ticket.state);
  return {
    ticketId: ticket.id,
    pharmacyId: seed % 5 === 0 ? holderOf(seed).pharmacyId : (current?.pharmacyId ?? pharmacies[0]!),
    fence: seed % 7 === 0 ? Math.max(ticket.fence - 1, 0) : ticket.fence,
  };
};
const version = (ticket: Ticket, seed: number) => (seed % 11 === 0 ? ticket.version - 1 : ticket.version);
const on = (ticket: Ticket, seed: number) => ({
  presented: presented(ticket, seed),
  expectedVersion: version(ticket, seed),
});
const lease = (ticket: Ticket, seed: number) => {
  const current = claimIn(ticket.state);
  return { fence: seed % 3 ? ticket.fence : ticket.fence - 1, leaseUntil: current?.leaseUntil ?? start };
};
const about = { noted: 'event', prescriptionId };
const fence = (ticket: Ticket, seed: number) => (seed % 4 === 0 ? ticket.fence - 1 : ticket.fence);

const tries: Record<string, Try> = {
  choosePharmacy: (ticket, seed) =>
    choosePharmacy(
      ticket,
      seed % 3 === 0 ? { pharmacyId: null, anyPharmacy: true } : { pharmacyId: pharmacies[seed % 2]!, anyPharmacy: false },
      seed % 2 ? 'patient' : 'doctor',
      version(ticket, seed),
    ),
  send: (ticket, seed) => send(ticket, version(ticket, seed)),
  finish: (ticket, seed) => finish(ticket, version(ticket, seed)),
  claim: (ticket, seed, now) => claim(ticket, { ...holderOf(seed), takeOver: seed % 4 === 0 }, leaseMs, now),
  renew: (ticket, seed, now) => renew(ticket, presented(ticket, seed), leaseMs, now),
  startPreparing: (ticket, seed, now) => startPreparing(ticket, on(ticket, seed), now),
  markReady: (ticket, seed, now) => markReady(ticket, on(ticket, seed), now),
  close: (ticket, seed, now) => close(ticket, on(ticket, seed), now),
  giveBack: (ticket, seed, now) => giveBack(ticket, on(ticket, seed), 'out_of_stock', now),
  decline: (ticket, seed, now) => decline(ticket, on(ticket, seed), 'other', now),
  acknowledge: (ticket, seed, now) => acknowledgeCancel(ticket, on(ticket, seed), now),
  cancel: (ticket, seed) =>
    cancel(ticket, {
      by: (['patient', 'doctor', 'pharmacy'] as const)[seed % 3]!,
      userId: seed % 2 ? patientId : doctorId,
      reason: 'other',
    }).facts,
  released: (ticket, seed) =>
    onReleased(ticket, { ...about, validUntil: new Date(start.getTime() + (seed % 200) * minute) }),
  prescriptionCancelled: (ticket) => onPrescriptionCancelled(ticket, { ...about, reason: 'other', requestedBy: doctorId }),
  cancelRefused: (ticket) => onCancelRefused(ticket, about),
  prepared: (ticket, seed) =>
    onPrepared(ticket, {
      ...about,
      readiness: (['none', 'part', 'whole'] as const)[seed % 3]!,
      fence: fence(ticket, seed),
    }),
  handedOver: (ticket, seed) =>
    onHandedOver(ticket, { ...about, dispenseId, complete: seed % 2 === 0, fence: fence(ticket, seed) }),
  note: () => note('messaging.message.posted.v1', newId()),
  endLease: (ticket, seed, now) => endLease(ticket, lease(ticket, seed), now),
  remind: (ticket, seed) => remindOfLease(ticket, lease(ticket, seed)),
  expire: (ticket, _, now) => expire(ticket, now),
};

const commands = fc.array(
  fc.record({
    name: fc.constantFrom(...Object.keys(tries)),
    seed: fc.nat(1_000),
    minutes: fc.constantFrom(0, 0, 0, 1, 10, 40),
  }),
  { minLength: 5, maxLength: 60 },
);
const beginnings = fc.record({
  kind: fc.constantFrom(...ticketKinds),
  choice: fc.constantFrom(
    { pharmacyId: pharmacies[0]!, anyPharmacy: false },
    { pharmacyId: null, anyPharmacy: true },
    { pharmacyId: null, anyPharmacy: false },
  ),
});

/** Plays the commands and hands every step to `check`. */
function play(
  ticket: Ticket,
  steps: { name: string; seed: number; minutes: number }[],
  check: (before: Ticket, fact: Fact, after: Ticket, name: string) => void,
): Ticket {
  let now = start;
  let current = ticket;
  for (const { name, seed, minutes } of steps) {
    now = new Date(now.getTime() + minutes * minute);
    const facts = tries[name]!(current, seed, now);
    if (facts instanceof Refusal) {
      expect(facts.userErrors[0]!.message).toMatch(/\S/);
      continue;
    }
    for (const fact of facts) {
      const after = evolve(current, fact);
      check(current, fact, after, name);
      current = after;
    }
  }
  return current;
}

describe('whatever anybody tries, in any order (T-04, T-12)', () => {
  it('only moves of the table happen', () => {
    fc.assert(
      fc.property(beginnings, commands, ({ kind, choice }, steps) => {
        play(opened(kind, choice), steps, (before, fact) => {
          if (fact.type !== 'moved') return;
          expect(fact.from).toBe(before.state.status);
          const row = legalMoves.find(
            (move) =>
              move.from.includes(fact.from) &&
              move.kinds.includes(kind) &&
              (move.to === 'same' ? fact.from : move.to) === fact.after.status,
          );
          expect({ from: fact.from, to: fact.after.status, kind, legal: row !== undefined }).toMatchObject({ legal: true });
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it('the timeline has no gaps, and the version counts exactly the state changes', () => {
    fc.assert(
      fc.property(beginnings, commands, ({ kind, choice }, steps) => {
        let changes = 1;
        let entries = 1;
        const last = play(opened(kind, choice), steps, (before, fact, after) => {
          entries += 1;
          if (fact.type !== 'noted') changes += 1;
          expect(after.timelineLength).toBe(before.timelineLength + 1);
        });
        expect(last).toMatchObject({ version: changes, timelineLength: entries });
      }),
    );
  });

  it('the fence only grows, by one, when somebody gets a new right', () => {
    fc.assert(
      fc.property(beginnings, commands, ({ kind, choice }, steps) => {
        play(opened(kind, choice), steps, (before, fact, after) => {
          const isNewRight = fact.type === 'moved' && ['claimed', 'taken_over'].includes(fact.reason);
          expect(after.fence).toBe(before.fence + (isNewRight ? 1 : 0));
        });
      }),
    );
  });

  it('who holds it is its pharmacy, under the highest fence, and a held ticket is never given to another', () => {
    fc.assert(
      fc.property(beginnings, commands, ({ kind, choice }, steps) => {
        play(opened(kind, choice), steps, (before, fact, after) => {
          const held = claimIn(after.state);
          if (held) expect(held).toMatchObject({ fence: after.fence, pharmacyId: after.pharmacyId });
          if (claimIn(before.state)) expect(fact.type).not.toBe('pharmacy_changed');
        });
      }),
    );
  });

  it('a ticket that has ended only takes notes', () => {
    fc.assert(
      fc.property(beginnings, commands, ({ kind, choice }, steps) => {
        play(opened(kind, choice), steps, (before, fact) => {
          if (['closed', 'cancelled', 'expired', 'not_fulfilled'].includes(before.state.status))
            expect(fact.type).toBe('noted');
        });
      }),
    );
  });

  it('an event of another service always leaves exactly one trace or more, never a refusal', () => {
    const fromOutside = ['released', 'prescriptionCancelled', 'cancelRefused', 'prepared', 'handedOver'];
    fc.assert(
      fc.property(beginnings, commands, fc.constantFrom(...fromOutside), fc.nat(1_000), (begin, steps, name, seed) => {
        const ticket = play(opened(begin.kind, begin.choice), steps, () => {});
        const facts = tries[name]!(ticket, seed, start);
        expect(facts).not.toBeInstanceOf(Refusal);
        expect((facts as Fact[]).length).toBeGreaterThan(0);
      }),
    );
  });

  it('is the same after a trip to the database', () => {
    fc.assert(
      fc.property(beginnings, commands, ({ kind, choice }, steps) => {
        play(opened(kind, choice), steps, (_, __, after) => expect(toTicket(toRow(after))).toEqual(after));
      }),
      { numRuns: 50 },
    );
  });

  it('reaches every status in these games, so that they mean something', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(beginnings, commands, ({ kind, choice }, steps) => {
        play(opened(kind, choice), steps, (_, __, after) => seen.add(after.state.status));
      }),
      { numRuns: 2_000 },
    );
    expect([...seen].sort()).toEqual(
      ['cancel_marked', 'cancelled', 'closed', 'created', 'expired', 'not_fulfilled', 'preparing', 'ready', 'received', 'sent'],
    );
  });
});
