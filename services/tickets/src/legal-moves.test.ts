import { readFileSync } from 'node:fs';
import { ticketKinds, ticketStatuses } from '@carethread/contracts/events/tickets.ts';
import { describe, expect, it } from '@jest/globals';
import { endStatuses, findMove, legalMoves, movesFrom, movers } from './legal-moves.ts';
import { stateDocs } from './state-docs.ts';

const ticket = (kind: (typeof ticketKinds)[number], status: (typeof ticketStatuses)[number]) => ({
  kind,
  state: { status },
  pharmacyId: null,
  anyPharmacy: false,
});

describe('the table of legal moves', () => {
  it('is what the documentation says; run `npm run docs` after a change', () => {
    expect(readFileSync('docs/ticket-states.md', 'utf8')).toBe(stateDocs());
  });

  it('has one row for each name', () => {
    expect(new Set(legalMoves.map(({ name }) => name)).size).toBe(legalMoves.length);
  });

  it('leads out of every status but the four that end a ticket', () => {
    expect(endStatuses).toEqual(['closed', 'cancelled', 'expired', 'not_fulfilled']);
  });

  it('reaches every status from created', () => {
    const reached = new Set<string>(['created']);
    for (let grown = true; grown;) {
      const before = reached.size;
      for (const move of legalMoves)
        if (move.to !== 'same' && move.from.some((from) => reached.has(from))) reached.add(move.to);
      grown = reached.size > before;
    }
    expect([...reached].sort()).toEqual([...ticketStatuses].sort());
  });

  it('always leaves a way on that waits for nobody, whatever the kind', () => {
    for (const kind of ticketKinds)
      for (const status of ticketStatuses) {
        const moves = movesFrom(ticket(kind, status));
        const waits = moves.length > 0 && !moves.some(({ by }) => by.includes('clock'));
        expect({ kind, status, waits }).toEqual({ kind, status, waits: false });
      }
  });

  it('lets nobody end with `finish` a ticket that has a pharmacy', () => {
    const sent = ticket('referral', 'sent');
    expect(findMove(sent, 'finish', 'doctor')).toBeDefined();
    expect(findMove({ ...sent, pharmacyId: 'p' }, 'finish', 'doctor')).toBeUndefined();
    expect(findMove({ ...sent, anyPharmacy: true }, 'finish', 'doctor')).toBeUndefined();
  });

  it('gives nobody a move the row does not name', () => {
    for (const move of legalMoves)
      for (const mover of movers)
        for (const kind of ticketKinds)
          for (const status of ticketStatuses) {
            const allowed =
              move.from.includes(status) && move.kinds.includes(kind) && move.by.includes(mover);
            expect(findMove(ticket(kind, status), move.name, mover) !== undefined).toBe(allowed);
          }
  });
});
