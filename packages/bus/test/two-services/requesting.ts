import { PrescriptionDrafted } from '@carethread/contracts/events/prescriptions.ts';
import type { Id } from '@carethread/contracts/ids.ts';
import type pg from 'pg';
import { emit } from '../../src/outbox.ts';
import { inTransaction, type Tx } from '../../src/transaction.ts';
import { ignoringOthers } from './ignoring-others.ts';

const remember = 'INSERT INTO request (id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id';
export const advance = `INSERT INTO aggregate (id, version) VALUES ($1, 1)
  ON CONFLICT (id) DO UPDATE SET version = aggregate.version + 1 RETURNING version`;
export const noteEffect = 'INSERT INTO effect (aggregate_id, sequence, request_id) VALUES ($1, $2, $3)';

/** A's command: counts the aggregate up and tells B. The same request again changes nothing. */
export const request = (pool: pg.Pool, requestId: string, aggregateId: string): Promise<boolean> =>
  inTransaction(pool, async (tx) => {
    if ((await tx.query(remember, [requestId])).length === 0) return false;
    await tell(tx, requestId, aggregateId);
    return true;
  });

async function tell(tx: Tx, requestId: string, aggregateId: string): Promise<void> {
  const [row] = await tx.query<{ version: number }>(advance, [aggregateId]);
  emit(tx, PrescriptionDrafted, {
    aggregateId,
    sequence: row!.version,
    data: {
      prescriptionId: requestId as Id<'Prescription'>,
      ticketId: aggregateId as Id<'Ticket'>,
      doctorId: requestId as Id<'User'>,
    },
  });
}

/** A's handlers: notes which of its requests B has answered. */
export const requestingHandlers = ignoringOthers('prescriptions', {
  'tickets.ticket.pharmacy_changed.v1': async ({ data }, tx) => {
    tx.send(noteEffect, [data.ticketId, data.version, data.to]);
  },
});
