import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import {
  findMove,
  legalMoves,
  type MoveName,
  type Mover,
  movesFrom,
  statusMeanings,
  targetOf,
} from '../legal-moves.ts';
import type { Moved, State, Ticket } from '../ticket.ts';

/**
 * The one way to change a ticket's status or holder: looks the move up in the table, and refuses in the table's words
 * when it is not there.
 */
export function move(
  ticket: Ticket,
  name: MoveName,
  by: Mover,
  after: State,
  reason: string,
  more: Pick<Moved, 'subjectId' | 'prescriptionId' | 'expiresAt'> = {},
): [Moved] | Refusal {
  const from = ticket.state.status;
  const legal = findMove(ticket, name, by);
  if (!legal || targetOf(legal, from) !== after.status) return illegalMove(ticket, name);
  return [{ type: 'moved', from, after, reason, ...more }];
}

/** The refusal of a move: what the ticket is, and what it could become from here. */
export function illegalMove(ticket: Ticket, name: MoveName): Refusal {
  const { status } = ticket.state;
  const verb = legalMoves.find((row) => row.name === name)!.verb;
  const byPeople = movesFrom(ticket).filter((row) => row.by.some((mover) => mover !== 'clock'));
  const possible = [...new Set(byPeople.map((row) => row.verb))];
  const rest =
    possible.length > 0 ? `From here it can be ${listed(possible)}.` : 'Nothing more can be done with it.';
  return refuse('ILLEGAL_MOVE', `This ticket cannot be ${verb}: it is ${statusMeanings[status]}. ${rest}`, {
    currentStatus: status.toUpperCase(),
  });
}

const listed = (words: string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
