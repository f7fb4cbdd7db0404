import type { Refusal } from '@carethread/service-kit/refusal.ts';
import { claimIn, type Fact, type State, type Ticket } from '../ticket.ts';
import { underClaim, type UnderClaim } from './claim.ts';
import { illegalMove, move } from './move.ts';
import { versionProblem } from './version.ts';

/** The doctor says a ticket without a prescription is complete. */
export const send = (ticket: Ticket, expectedVersion: number): Fact[] | Refusal =>
  versionProblem(ticket, expectedVersion) ?? move(ticket, 'send', 'doctor', { status: 'sent' }, 'sent');

/** The doctor ends a ticket that no pharmacy has a part in. */
export const finish = (ticket: Ticket, expectedVersion: number): Fact[] | Refusal =>
  versionProblem(ticket, expectedVersion) ??
  move(ticket, 'finish', 'doctor', { status: 'closed' }, 'finished');

export const startPreparing = (ticket: Ticket, on: UnderClaim, now: Date): Fact[] | Refusal =>
  underClaim(ticket, on, now) ?? goOn(ticket, 'start', 'preparing', 'preparing');

export const markReady = (ticket: Ticket, on: UnderClaim, now: Date): Fact[] | Refusal =>
  underClaim(ticket, on, now) ?? goOn(ticket, 'mark_ready', 'ready', 'ready');

export const close = (ticket: Ticket, on: UnderClaim, now: Date): Fact[] | Refusal =>
  underClaim(ticket, on, now) ?? move(ticket, 'close', 'pharmacy', { status: 'closed' }, 'handed_out');

export const decline = (ticket: Ticket, on: UnderClaim, reason: string, now: Date): Fact[] | Refusal =>
  underClaim(ticket, on, now) ?? move(ticket, 'decline', 'pharmacy', { status: 'not_fulfilled' }, reason);

export const acknowledgeCancel = (ticket: Ticket, on: UnderClaim, now: Date): Fact[] | Refusal =>
  underClaim(ticket, on, now) ??
  move(ticket, 'acknowledge', 'pharmacy', { status: 'cancelled' }, 'cancel_acknowledged');

function goOn(
  ticket: Ticket,
  name: 'start' | 'mark_ready',
  status: 'preparing' | 'ready',
  reason: string,
): Fact[] | Refusal {
  const claim = claimIn(ticket.state);
  if (!claim) return illegalMove(ticket, name);
  const after: State = { status, claim };
  return move(ticket, name, 'pharmacy', after, reason);
}
