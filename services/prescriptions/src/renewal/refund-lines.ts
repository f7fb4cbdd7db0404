import type { LineId, UserId } from '@carethread/contracts/ids.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { refundedLine } from '../dispensing.ts';
import { cancel } from '../ending.ts';
import { fillOfTicket, type Decided, type Prescription } from '../prescription.ts';
import { type Renewal, type Settled, settle } from './renewal.ts';
import { sharesOf } from './terms.ts';

/**
 * Pays back lines that were not handed over, and from then on will not be. Decided under the prescription's lock, which
 * a hand-over takes as well: of the two, the first one counts. With the last line nothing is left to be had, and the
 * prescription ends.
 */
export function refundLines(
  renewal: Renewal,
  prescription: Prescription,
  wish: { lineIds: readonly LineId[]; by: UserId },
  now: Date,
): { settled: Settled; decided: Decided } | Refusal {
  const path = ['input', 'lineIds'];
  if (!renewal.price) return refuse('ILLEGAL_MOVE', 'Nothing was paid for it.');
  const fill = fillOfTicket(prescription, renewal.ticketId);
  if (renewal.state !== 'ready' && renewal.state !== 'approved')
    return refuse(
      'ILLEGAL_MOVE',
      renewal.state === 'awaiting_approval'
        ? 'Nothing was approved yet: decline it, and all of it goes back.'
        : 'The patient has it, or it ended: what can be filled elsewhere is not paid back by line.',
      { currentStatus: renewal.state.toUpperCase() },
    );
  if (prescription.status !== 'released' || fill?.status !== 'open')
    return refuse('ILLEGAL_MOVE', `The prescription is ${prescription.status}.`, {
      currentStatus: prescription.status.toUpperCase(),
    });
  const shares = sharesOf(renewal.price, prescription.lines.length);
  const lines: { lineId: LineId; minor: number }[] = [];
  let decided: Decided = { prescription, facts: [] };
  for (const lineId of new Set(wish.lineIds)) {
    const at = prescription.lines.findIndex(({ id }) => id === lineId);
    if (at < 0) return refuse('INVALID', 'The prescription has no such line.', { path });
    const next = refundedLine(decided.prescription, fill.ticketId, lineId);
    if (next instanceof Refusal) return next;
    decided = { prescription: next.prescription, facts: [...decided.facts, ...next.facts] };
    lines.push({ lineId, minor: shares[at]! });
  }
  return {
    decided: withoutRest(decided, now),
    settled: settle(renewal, now, {}, [], { kind: 'refund_requested', lines, by: wish.by }),
  };
}

/** Nothing is left of it: no pharmacy needs to see it any more. */
function withoutRest(decided: Decided, now: Date): Decided {
  const { prescription } = decided;
  const fill = prescription.fills.at(-1);
  if (fill?.status !== 'open' || fill.lines.some(({ notDispensed }) => notDispensed !== 'refunded'))
    return decided;
  return cancel(prescription, 'refunded', now).decided ?? decided;
}
