import type { Actor } from '@carethread/contracts/actor.ts';
import { type LegalMove, movesFrom, type Mover } from '../legal-moves.ts';
import { claimIn, type Ticket } from '../ticket.ts';

/** What this person may do with the ticket now by calling a mutation, as far as its status, holder and validity go. */
export function possibleMoves(ticket: Ticket, actor: Actor, now: Date): (LegalMove & { mutation: string })[] {
  const mover = moverOf(actor);
  return movesFrom(ticket)
    .filter((move): move is LegalMove & { mutation: string } => move.mutation !== null)
    .filter((move) => mover !== null && move.by.includes(mover))
    .filter((move) => mover !== 'pharmacy' || pharmacyMay(move, ticket, actor, now));
}

const moverOf = ({ role }: Actor): Mover | null =>
  role === 'pharmacist' ? 'pharmacy' : role === 'administrator' ? null : role;

/** Under a claim everything is the holder's, except that a colleague may take over. */
function pharmacyMay(move: LegalMove, ticket: Ticket, actor: Actor, now: Date): boolean {
  const holder = claimIn(ticket.state)?.userId;
  if (!holder) return now < ticket.expiresAt;
  return move.name === 'take_over' ? holder !== actor.userId : holder === actor.userId;
}
