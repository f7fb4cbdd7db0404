import type { EventDefinition } from '@carethread/contracts/define-event.ts';
import { newId } from '@carethread/contracts/ids.ts';
import type { Tx } from './transaction.ts';

export interface Emission<Data> {
  aggregateId: string;
  /** The aggregate's event number; update the aggregate row first, so that its lock orders the numbers. */
  sequence: number;
  data: Data;
  actorId?: string | null;
  correlationId?: string | null;
  traceparent?: string | null;
}

const insertEvent = `INSERT INTO bus.outbox
  (event_id, aggregate_id, sequence, type, payload, actor_id, correlation_id, traceparent)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;

const largestPayload = 1_000_000;

/** Writes an event into the same transaction as the change it tells of. Parsed before it is written. Returns its id. */
export function emit<Data>(
  tx: Tx,
  definition: EventDefinition<string, Data>,
  emission: Emission<Data>,
): string {
  const id = newId<'Event'>();
  const payload = JSON.stringify(definition.schema.parse(emission.data));
  // What the broker would refuse for its size would stop everything behind it in the outbox.
  if (payload.length > largestPayload) throw new Error(`An event of ${definition.type} is too large.`);
  tx.send(insertEvent, [
    id,
    emission.aggregateId,
    emission.sequence,
    definition.type,
    payload,
    emission.actorId ?? null,
    emission.correlationId?.slice(0, 200) ?? null,
    emission.traceparent ?? null,
  ]);
  tx.wakes = true;
  return id;
}
