import { newId, type OrganisationId } from '@carethread/contracts/ids.ts';
import { ticketKinds, ticketStatuses } from '@carethread/contracts/events/tickets.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cancel } from './decisions/cancel.ts';
import { choosePharmacy } from './decisions/choose-pharmacy.ts';
import { decideClaim, giveBack, type Holder, renew } from './decisions/claim.ts';
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
import {
  acknowledgeCancel,
  close,
  decline,
  finish,
  markReady,
  send,
  startPreparing,
} from './decisions/work.ts';
import { endStatuses, legalMoves, targetOf } from './legal-moves.ts';
import { claimIn, evolve, type Fact, type Moved, type Ticket } from './ticket.ts';
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

const opened = (
  kind: Ticket['kind'],
  choice: { pharmacyId: OrganisationId | null; anyPharmacy: boolean },
): Ticket =>
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
const fenceOf = (ticket: Ticket, seed: number) => (seed % 4 === 0 ? ticket.fence - 1 : ticket.fence);

const tries: Record<string, Try> = {
  choosePharmacy: (ticket, seed) =>
    choosePharmacy(
      ticket,
      seed % 3 === 0
        ? { pharmacyId: null, anyPharmacy: true }
        : { pharmacyId: pharmacies[seed % 2]!, anyPharmacy: false },
      seed % 2 ? 'patient' : 'doctor',
      version(ticket, seed),
    ),
  send: (ticket, seed) => send(ticket, version(ticket, seed)),
  finish: (ticket, seed) => finish(ticket, version(ticket, seed)),
  claim: (ticket, seed, now) =>
    decideClaim(ticket, { ...holderOf(seed), takeOver: seed % 4 === 0 }, leaseMs, now),
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
  prescriptionCancelled: (ticket) =>
    onPrescriptionCancelled(ticket, { ...about, reason: 'other', requestedBy: doctorId }),
  cancelRefused: (ticket) => onCancelRefused(ticket, about),
  prepared: (ticket, seed) =>
    onPrepared(ticket, {
      ...about,
      readiness: (['none', 'part', 'whole'] as const)[seed % 3]!,
      fence: fenceOf(ticket, seed),
    }),
  handedOver: (ticket, seed) =>
    onHandedOver(ticket, { ...about, dispenseId, complete: seed % 2 === 0, fence: fenceOf(ticket, seed) }),
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

interface Step {
  before: Ticket;
  fact: Fact;
  after: Ticket;
}

/** Plays the commands; answers every fact with the ticket before and after it. Refusals leave no step. */
function play(ticket: Ticket, game: { name: string; seed: number; minutes: number }[]): Step[] {
  const steps: Step[] = [];
  let now = start;
  let current = ticket;
  for (const { name, seed, minutes } of game) {
    now = new Date(now.getTime() + minutes * minute);
    const facts = tries[name]!(current, seed, now);
    for (const fact of facts instanceof Refusal ? [] : facts) {
      const after = evolve(current, fact);
      steps.push({ before: current, fact, after });
      current = after;
    }
  }
  return steps;
}

/** Checks every game of some thousand: the ticket it began with and its steps. */
const always = (check: (first: Ticket, steps: Step[]) => void, numRuns = 500) =>
  fc.assert(
    fc.property(beginnings, commands, ({ kind, choice }, game) => {
      const first = opened(kind, choice);
      check(first, play(first, game));
    }),
    { numRuns },
  );
const isMoved = (step: Step): step is Step & { fact: Moved } => step.fact.type === 'moved';
const hasEnded = ({ state }: Ticket) => endStatuses.includes(state.status);

describe('whatever anybody tries, in any order (T-04, T-12)', () => {
  it('only moves of the table happen', () => {
    always((first, steps) => {
      for (const { before, fact } of steps.filter(isMoved)) {
        const rows = legalMoves.filter(
          (row) =>
            row.from.includes(fact.from) &&
            row.kinds.includes(first.kind) &&
            targetOf(row, fact.from) === fact.after.status,
        );
        expect(before.state.status).toBe(fact.from);
        expect(rows).not.toEqual([]);
      }
    }, 2_000);
  });

  it('the timeline has no gaps, and the version counts exactly the state changes', () => {
    always((first, steps) => {
      const numbers = [first, ...steps.map(({ after }) => after)].map(({ timelineLength }) => timelineLength);
      expect(numbers).toEqual(numbers.map((_, at) => at + 1));
      const changes = steps.filter(({ fact }) => fact.type !== 'noted').length;
      expect((steps.at(-1)?.after ?? first).version).toBe(1 + changes);
    });
  });

  it('the fence only grows, by one, when somebody gets a new right', () => {
    always((_, steps) => {
      for (const step of steps) {
        const isNewRight = isMoved(step) && ['claimed', 'taken_over'].includes(step.fact.reason);
        expect(step.after.fence).toBe(step.before.fence + (isNewRight ? 1 : 0));
      }
    });
  });

  it('who holds it is its pharmacy, under the highest fence', () => {
    always((_, steps) => {
      for (const { after } of steps) {
        const { fence, pharmacyId } = claimIn(after.state) ?? after;
        expect({ fence, pharmacyId }).toEqual({ fence: after.fence, pharmacyId: after.pharmacyId });
      }
    });
  });

  it('a held ticket is never given to another pharmacy', () => {
    always((_, steps) => {
      const held = steps.filter(({ before }) => claimIn(before.state));
      expect(held.filter(({ fact }) => fact.type === 'pharmacy_changed')).toEqual([]);
    });
  });

  it('a ticket that has ended only takes notes', () => {
    always((_, steps) => {
      const late = steps.filter(({ before }) => hasEnded(before));
      expect(late.filter(({ fact }) => fact.type !== 'noted')).toEqual([]);
    });
  });

  it('an event of another service always leaves a trace, never a refusal', () => {
    const outside = ['released', 'prescriptionCancelled', 'cancelRefused', 'prepared', 'handedOver'];
    fc.assert(
      fc.property(
        beginnings,
        commands,
        fc.constantFrom(...outside),
        fc.nat(1_000),
        (begin, game, name, seed) => {
          const first = opened(begin.kind, begin.choice);
          const ticket = play(first, game).at(-1)?.after ?? first;
          const facts = tries[name]!(ticket, seed, start);
          expect(facts).not.toBeInstanceOf(Refusal);
          expect(facts).not.toEqual([]);
        },
      ),
    );
  });

  it('a refusal says in a sentence what is possible', () => {
    fc.assert(
      fc.property(beginnings, commands, fc.constantFrom(...Object.keys(tries)), (begin, game, name) => {
        const first = opened(begin.kind, begin.choice);
        const answer = tries[name]!(play(first, game).at(-1)?.after ?? first, 1, start);
        const messages = answer instanceof Refusal ? answer.userErrors.map(({ message }) => message) : [];
        for (const message of messages) expect(message).toMatch(/^[A-Z].*\.$/);
      }),
    );
  });

  it('is the same after a trip to the database', () => {
    always((_, steps) => {
      for (const { after } of steps) expect(toTicket(toRow(after))).toEqual(after);
    }, 50);
  });

  it('these games reach every status, so that they mean something', () => {
    const seen = new Set<string>();
    always((_, steps) => {
      for (const { after } of steps) seen.add(after.state.status);
    }, 2_000);
    expect([...seen].sort()).toEqual([...ticketStatuses].sort());
  });
});
