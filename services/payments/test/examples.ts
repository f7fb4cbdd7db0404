import { newId } from '@carethread/contracts/ids.ts';
import { freshPayment } from '../src/decisions/request.ts';
import { attemptIdOf } from '../src/ids.ts';
import { evolve, type Fact } from '../src/fact.ts';
import type { AttemptStatus, Payment } from '../src/payment.ts';
import type { Rules } from '../src/rules.ts';

export const rules: Rules = {
  maxRetries: 3,
  retryAfterMs: 10_000,
  askAfterMs: [1, 2],
  settleMs: 60_000,
  copyWaitMs: 0,
};
export const begun = new Date('2026-11-20T09:00:00Z');
export const later = new Date('2026-11-20T09:05:00Z');
export const id = newId<'Payment'>();
export const [first, second] = [attemptIdOf(id, 1), attemptIdOf(id, 2)];
export const person = newId<'User'>();

export const started = (attemptId = first): Fact => ({
  type: 'attempt_started',
  attemptId,
  provider: 'flaky',
  method: 'pm_x',
  anew: attemptId === first,
  at: begun,
});
export const succeeded = (attemptId = first, kept = true): Fact => ({
  type: 'attempt_succeeded',
  attemptId,
  chargeId: `ch_${attemptId}`,
  kept,
  at: begun,
});
export const declined = (attemptId = first): Fact => ({
  type: 'attempt_declined',
  attemptId,
  chargeId: null,
  cause: 'card_declined',
  at: begun,
});

export function after(...facts: Fact[]): Payment {
  const ticket = {
    id: newId<'Ticket'>(),
    patientId: person,
    doctorId: person,
    clinicId: newId<'Organisation'>(),
  };
  const fresh = freshPayment({
    id,
    ticket,
    amount: { minor: 500, currency: 'EUR' },
    purpose: 'other',
    subjectId: null,
    requestedBy: null,
    requestedAt: begun,
  });
  return [{ type: 'requested' } as Fact, ...facts].reduce(evolve, fresh);
}

/** A payment whose only attempt is in this status. */
export const inStatus: Record<AttemptStatus, Payment> = {
  sending: after(started()),
  processing: after(started(), { type: 'attempt_processing', attemptId: first, chargeId: 'ch_1' }),
  unknown: after(started(), { type: 'attempt_unknown', attemptId: first }),
  succeeded: after(started(), succeeded()),
  declined: after(started(), declined(), { type: 'gave_up' }),
  voided: after(started(), { type: 'attempt_voided', attemptId: first, at: begun }),
};
