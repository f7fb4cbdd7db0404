import type { TicketStatus } from '@carethread/contracts/events/tickets.ts';
import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { attemptIdOf } from '../ids.ts';
import type { Fact } from '../fact.ts';
import { openAttempt, type Payment, statusOf } from '../payment.ts';
import { versionProblem, wrongStatus } from './refusals.ts';

export interface StartWish {
  /** The provider's token of the payment method. */
  method: string;
  provider: string;
  expectedVersion: number;
}

/** The patient pays for the first time. */
export function start(payment: Payment, wish: StartWish, ticket: TicketStatus, now: Date): Fact[] | Refusal {
  const problem = ticketProblem(ticket) ?? versionProblem(payment, wish.expectedVersion);
  if (problem) return problem;
  if (statusOf(payment) !== 'pending') return wrongStatus(payment, startedAlready(payment));
  return [tryOnce(payment, wish, true, now)];
}

/** The patient tries again after the automatic tries were used up, or after a cause that does not pass by itself. */
export function retry(
  payment: Payment,
  wish: Omit<StartWish, 'method'> & { method: string | null },
  ticket: TicketStatus,
  now: Date,
): Fact[] | Refusal {
  const problem = ticketProblem(ticket) ?? versionProblem(payment, wish.expectedVersion);
  if (problem) return problem;
  const last = payment.attempts.at(-1);
  if (statusOf(payment) !== 'failed' || !last) return wrongStatus(payment, startedAlready(payment));
  return [tryOnce(payment, { ...wish, method: wish.method ?? last.method }, true, now)];
}

/** The time of an automatic try has come. Nothing, when the payment has gone on meanwhile. */
export function retryByItself(
  payment: Payment,
  { plannedAt, ticket }: { plannedAt: Date; ticket: TicketStatus },
  now: Date,
): Fact[] {
  const last = payment.attempts.at(-1);
  if (payment.nextTryAt?.getTime() !== plannedAt.getTime() || !last || openAttempt(payment)) return [];
  return ticketProblem(ticket) ? [{ type: 'gave_up' }] : [tryOnce(payment, last, false, now)];
}

/** A refusal when nothing may be charged for the ticket any more (T-13). */
export function ticketProblem(ticket: TicketStatus): Refusal | null {
  switch (ticket) {
    case 'expired':
      return refuse('EXPIRED', 'The validity of the ticket has ended; nothing can be paid for it any more.');
    case 'cancel_marked':
    case 'cancelled':
    case 'not_fulfilled':
      return refuse(
        'ILLEGAL_MOVE',
        'The ticket is being cancelled or came to nothing; nothing is to be paid for it.',
        {
          currentStatus: ticket.toUpperCase(),
        },
      );
    case 'created':
    case 'sent':
    case 'received':
    case 'preparing':
    case 'ready':
    case 'closed':
      return null;
    default:
      return ticket satisfies never;
  }
}

const tryOnce = (
  payment: Payment,
  { method, provider }: { method: string; provider: string },
  anew: boolean,
  at: Date,
): Fact => {
  const attemptId = attemptIdOf(payment.id, payment.attempts.length + 1);
  return { type: 'attempt_started', attemptId, provider, method, anew, at };
};

function startedAlready(payment: Payment): string {
  const status = statusOf(payment);
  switch (status) {
    case 'pending':
      return 'It was not started yet.';
    case 'processing':
      return 'It is being paid just now.';
    case 'unknown':
      return 'We do not know yet whether the money was taken. Nothing is charged again until the provider has told us.';
    case 'succeeded':
    case 'partly_refunded':
      return 'It is paid.';
    case 'failed':
      return 'It failed; it can be tried again.';
    case 'cancelled':
      return 'It was cancelled.';
    case 'refunding':
    case 'refunded':
      return 'It goes back, or went back, to the patient.';
    default:
      return status satisfies never;
  }
}
