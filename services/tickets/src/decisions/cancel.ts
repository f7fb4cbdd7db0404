import type { UserId } from '@carethread/contracts/ids.ts';
import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import type { Fact, Ticket } from '../ticket.ts';
import { illegalMove, move } from './move.ts';
import { versionProblem } from './version.ts';

export const cancelOutcomes = [
  'CANCELLED',
  'MARKED',
  'ALREADY_CANCELLED',
  'TOO_LATE',
  'EXPIRED',
  'OTHER_REQUESTER',
  'NOT_ALLOWED',
  'NOT_FOUND',
] as const;
export type CancelOutcome = (typeof cancelOutcomes)[number];

/** What came of a wish to cancel: facts to record, or a refusal with the reason for it. */
export interface CancelDecision {
  /** Null when the wish was based on an older version. */
  outcome: CancelOutcome | null;
  facts: Fact[] | Refusal;
}

/** A party asks for the ticket to be cancelled. */
export function cancel(
  ticket: Ticket,
  wish: {
    by: 'patient' | 'doctor' | 'pharmacy';
    userId: UserId;
    reason: string;
    expectedVersion?: number | null | undefined;
  },
): CancelDecision {
  const { by, userId, reason } = wish;
  if (by === 'pharmacy')
    return refused(
      'NOT_ALLOWED',
      refuse('NOT_ALLOWED', 'A pharmacy returns or declines a ticket; it does not cancel one.'),
    );
  const { state } = ticket;
  switch (state.status) {
    case 'created':
    case 'sent':
      return onVersion(ticket, wish, 'CANCELLED', () =>
        move(ticket, 'cancel', by, { status: 'cancelled' }, reason),
      );
    case 'received':
    case 'preparing':
    case 'ready':
      return onVersion(ticket, wish, 'MARKED', () =>
        move(
          ticket,
          'mark_cancel',
          by,
          { status: 'cancel_marked', claim: state.claim, requestedBy: userId },
          reason,
        ),
      );
    case 'cancel_marked':
      // A repeat of one's own wish is answered as the first time.
      return state.requestedBy === userId
        ? { outcome: 'MARKED', facts: [] }
        : refused('OTHER_REQUESTER', illegalMove(ticket, 'cancel'));
    case 'cancelled':
      return refused('ALREADY_CANCELLED', illegalMove(ticket, 'cancel'));
    case 'closed':
    case 'not_fulfilled':
      return refused('TOO_LATE', illegalMove(ticket, 'cancel'));
    case 'expired':
      return refused(
        'EXPIRED',
        refuse('EXPIRED', 'The validity of this ticket has ended; there is nothing to cancel.'),
      );
    default:
      return state satisfies never;
  }
}

function onVersion(
  ticket: Ticket,
  wish: { expectedVersion?: number | null | undefined },
  outcome: 'CANCELLED' | 'MARKED',
  decide: () => Fact[] | Refusal,
): CancelDecision {
  const stale = versionProblem(ticket, wish.expectedVersion);
  return stale ? { outcome: null, facts: stale } : { outcome, facts: decide() };
}

const refused = (outcome: CancelOutcome, facts: Refusal): CancelDecision => ({ outcome, facts });
