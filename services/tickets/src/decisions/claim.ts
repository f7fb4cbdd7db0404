import type { OrganisationId, UserId } from '@carethread/contracts/ids.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { type Claim, claimIn, type Fact, type State, type Ticket } from '../ticket.ts';
import { illegalMove, move } from './move.ts';
import { versionProblem } from './version.ts';

/** A pharmacist, acting for a pharmacy. */
export interface Holder {
  pharmacyId: OrganisationId;
  userId: UserId;
}

/** What a checked claim token says. */
export interface Presented {
  ticketId: string;
  pharmacyId: OrganisationId;
  fence: number;
}

/** What a pharmacy does under its claim, on the version it has read. */
export interface UnderClaim {
  presented: Presented;
  expectedVersion: number;
}

/** A refusal when the claim or the version does not stand. */
export const underClaim = (
  ticket: Ticket,
  { presented, expectedVersion }: UnderClaim,
  now: Date,
): Refusal | null => claimProblem(ticket, presented, now) ?? versionProblem(ticket, expectedVersion);

const held = ['received', 'preparing', 'ready'] as const;

/** Claims a ticket for a pharmacy, or takes it over from a colleague. */
export function decideClaim(
  ticket: Ticket,
  wish: Holder & { takeOver: boolean; expectedVersion?: number | null | undefined },
  leaseMs: number,
  now: Date,
): Fact[] | Refusal {
  const current = claimIn(ticket.state);
  if (current) return claimHeld(ticket, current, wish, leaseMs, now);
  if (ticket.state.status === 'expired' || (ticket.state.status === 'sent' && now >= ticket.expiresAt))
    return refuse('EXPIRED', 'The validity of this ticket has ended.');
  const after: State = { status: 'received', claim: newClaim(ticket, wish, leaseMs, now) };
  const moved = move(ticket, 'claim', 'pharmacy', after, 'claimed');
  if (moved instanceof Refusal) return moved;
  const stale = versionProblem(ticket, wish.expectedVersion);
  if (stale) return stale;
  if (ticket.pharmacyId === wish.pharmacyId) return moved;
  const { pharmacyId: from, anyPharmacy } = ticket;
  return [{ type: 'pharmacy_changed', from, to: wish.pharmacyId, anyPharmacy }, ...moved];
}

function claimHeld(
  ticket: Ticket,
  current: Claim,
  wish: Holder & { takeOver: boolean },
  leaseMs: number,
  now: Date,
): Fact[] | Refusal {
  if (current.pharmacyId !== wish.pharmacyId)
    return refuse('ALREADY_HELD', 'Another pharmacy holds this ticket.');
  if (wish.takeOver) return reclaim(ticket, 'take_over', newClaim(ticket, wish, leaseMs, now), 'taken_over');
  return refuse(
    'ALREADY_HELD',
    current.userId === wish.userId
      ? 'You hold this ticket already; its claim shows you the token.'
      : 'A colleague in your pharmacy holds this ticket; you can take it over.',
  );
}

/** A new end of the lease for the same fence. */
export function renew(ticket: Ticket, presented: Presented, leaseMs: number, now: Date): Fact[] | Refusal {
  const problem = claimProblem(ticket, presented, now);
  if (problem) return problem;
  const current = claimIn(ticket.state);
  if (!current) return illegalMove(ticket, 'renew');
  if (now >= ticket.expiresAt) return refuse('EXPIRED', 'The validity of this ticket has ended.');
  const renewed = { ...current, leaseUntil: leaseEnd(leaseMs, now) };
  return reclaim(ticket, 'renew', renewed, 'claim_renewed');
}

/** Back to the pool, and out of it at once when its validity has ended meanwhile. */
export function giveBack(ticket: Ticket, on: UnderClaim, reason: string, now: Date): Fact[] | Refusal {
  const problem = underClaim(ticket, on, now);
  if (problem) return problem;
  const returned = move(ticket, 'return', 'pharmacy', { status: 'sent' }, reason);
  return returned instanceof Refusal ? returned : [...returned, ...expiryAfterReturn(ticket, now)];
}

/** What follows a return past the end of validity. */
export const expiryAfterReturn = (ticket: Ticket, now: Date): Fact[] =>
  now < ticket.expiresAt
    ? []
    : [{ type: 'moved', from: 'sent', after: { status: 'expired' }, reason: 'validity_ended' }];

/**
 * Whether a presented claim still gives the right to act. A ticket that has ended under this very fence is not a matter
 * of the claim: there the table of moves answers.
 */
export function claimProblem(ticket: Ticket, presented: Presented, now: Date): Refusal | null {
  const current = claimIn(ticket.state);
  const stands = current
    ? current.fence === presented.fence &&
      current.pharmacyId === presented.pharmacyId &&
      now < current.leaseUntil
    : presented.fence === ticket.fence && ticket.state.status !== 'sent';
  return stands && presented.ticketId === ticket.id ? null : staleClaim();
}

export const staleClaim = (): Refusal =>
  refuse('STALE_CLAIM', 'This claim has ended, or a newer one has taken its place. Claim the ticket again.', {
    path: ['input', 'claimToken'],
  });

function reclaim(
  ticket: Ticket,
  name: 'take_over' | 'renew',
  claim: Claim,
  reason: string,
): Fact[] | Refusal {
  const { state } = ticket;
  if (state.status === 'cancel_marked') return move(ticket, name, 'pharmacy', { ...state, claim }, reason);
  const status = held.find((each) => each === state.status);
  return status ? move(ticket, name, 'pharmacy', { status, claim }, reason) : illegalMove(ticket, name);
}

const newClaim = (ticket: Ticket, { pharmacyId, userId }: Holder, leaseMs: number, now: Date): Claim => ({
  fence: ticket.fence + 1,
  pharmacyId,
  userId,
  leaseUntil: leaseEnd(leaseMs, now),
});

/** On a whole second, because the token's expiry counts in seconds and the two must be the same instant. */
const leaseEnd = (leaseMs: number, now: Date): Date =>
  new Date(Math.floor((now.getTime() + leaseMs) / 1000) * 1000);
