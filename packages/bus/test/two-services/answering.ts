import { TicketPharmacyChanged } from '@carethread/contracts/events/tickets.ts';
import type { Id } from '@carethread/contracts/ids.ts';
import { emit } from '../../src/outbox.ts';
import { schedule } from '../../src/task.ts';
import type { Tx } from '../../src/transaction.ts';
import { advance, noteEffect } from './requesting.ts';
import { ignoringOthers } from './ignoring-others.ts';

/**
 * While `poison` says so, aggregates whose id begins with 0 fail, and those with 1 take the process with them. Later
 * events of the same aggregates do, too, which is how a skipped one would show.
 */
async function swallowPoison(aggregateId: string, tx: Tx): Promise<void> {
  const what = { '0': 'failure', '1': 'crash' }[aggregateId[0]!];
  if (!what || (await tx.query('SELECT FROM poison WHERE what = $1', [what])).length === 0) return;
  if (what === 'crash') process.kill(process.pid, 'SIGKILL');
  throw new Error('This aggregate is poisoned.');
}

/** B's handlers: notes each request of A, answers it with an event of its own, and has something to do about some. */
export const answeringHandlers = ignoringOthers('tickets', {
  'prescriptions.prescription.drafted.v1': async ({ aggregateId, sequence, data }, tx) => {
    await swallowPoison(aggregateId, tx);
    const requestId = data.prescriptionId as string;
    tx.send(noteEffect, [aggregateId, sequence, requestId]);
    if (sequence % 3 === 0)
      schedule(tx, {
        key: `follow-up:${requestId}`,
        kind: 'follow-up',
        payload: { requestId },
        dueAt: new Date(),
      });
    if (sequence % 3 === 1)
      schedule(tx, { key: `stamp:${requestId}`, kind: 'stamp', payload: { requestId }, dueAt: new Date() });
    const [row] = await tx.query<{ version: number }>(advance, [aggregateId]);
    emit(tx, TicketPharmacyChanged, {
      aggregateId,
      sequence: row!.version,
      data: {
        ticketId: aggregateId as Id<'Ticket'>,
        version: sequence,
        from: null,
        to: requestId as Id<'Organisation'>,
      },
    });
  },
});
