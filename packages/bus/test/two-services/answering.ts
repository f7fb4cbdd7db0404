import { TicketPharmacyChanged } from '@carethread/contracts/events/tickets.ts';
import type { Id } from '@carethread/contracts/ids.ts';
import { type Handlers, ignored } from '../../src/handlers.ts';
import { emit } from '../../src/outbox.ts';
import { advance, noteEffect } from './requesting.ts';

/** What makes an event fail: a row in `poison` and an aggregate whose id begins with 0 (or 1: the process dies). */
export class Poisoned extends Error {}

/** B's handlers: notes each request of A and answers it with an event of its own. */
export const answeringHandlers: Handlers<'tickets'> = {
  'prescriptions.prescription.drafted.v1': async ({ aggregateId, sequence, data }, tx) => {
    const kind = aggregateId.startsWith('0') ? 'failure' : aggregateId.startsWith('1') ? 'crash' : null;
    if (kind && (await tx.query('SELECT FROM poison WHERE what = $1', [kind])).length > 0) {
      if (kind === 'crash') process.kill(process.pid, 'SIGKILL');
      throw new Poisoned('This aggregate is poisoned.');
    }
    tx.send(noteEffect, [aggregateId, sequence, data.prescriptionId]);
    const [row] = await tx.query<{ version: number }>(advance, [aggregateId]);
    emit(tx, TicketPharmacyChanged, {
      aggregateId,
      sequence: row!.version,
      data: {
        ticketId: aggregateId as Id<'Ticket'>,
        version: sequence,
        from: null,
        to: data.prescriptionId as string as Id<'Organisation'>,
      },
    });
  },
  'identity.organisation.registered.v1': ignored,
  'identity.membership.granted.v1': ignored,
  'identity.membership.ended.v1': ignored,
  'messaging.message.posted.v1': ignored,
  'prescriptions.prescription.signed.v1': ignored,
  'prescriptions.prescription.blocked.v1': ignored,
  'prescriptions.prescription.released.v1': ignored,
  'prescriptions.prescription.cancelled.v1': ignored,
  'prescriptions.prescription.cancel_refused.v1': ignored,
  'prescriptions.fill.opened.v1': ignored,
  'prescriptions.fill.prepared.v1': ignored,
  'prescriptions.fill.handed_over.v1': ignored,
};
