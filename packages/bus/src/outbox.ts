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

const columns = 'event_id, aggregate_id, sequence, type, payload, actor_id, correlation_id, traceparent';
const insertEvent = `INSERT INTO bus.outbox (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;

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
  const [actorId, correlationId, traceparent] = causeColumns(emission);
  tx.send(insertEvent, [
    id,
    emission.aggregateId,
    emission.sequence,
    definition.type,
    payload,
    actorId,
    correlationId,
    traceparent,
  ]);
  tx.wakes = true;
  return id;
}

type Origin = Pick<Emission<unknown>, 'actorId' | 'correlationId' | 'traceparent'>;

const causeColumns = ({ actorId, correlationId, traceparent }: Origin) => [
  actorId ?? null,
  correlationId?.slice(0, 200) ?? null,
  traceparent ?? null,
];

/**
 * For a statement that makes a change and tells of it at once, because the number and parts of the event are known to
 * the database only: the INSERT to put into it. `from` gives the rows; `aggregate`, `sequence` and `payload` are
 * expressions over it; parameters from `$first` on are the values of `eventFrom`.
 */
export const insertEventFrom = (
  first: number,
  { from, aggregate, sequence, payload }: Record<'from' | 'aggregate' | 'sequence' | 'payload', string>,
): string => `INSERT INTO bus.outbox (${columns})
  SELECT $${first}::uuid, ${aggregate}, ${sequence}, $${first + 1}, $${first + 2}::jsonb || ${payload},
    $${first + 3}::uuid, $${first + 4}, $${first + 5} FROM ${from}`;

/** The parameters of `insertEventFrom`. `known` is the part of the data that does not come from the database. */
export const eventFrom = <Data>(
  definition: EventDefinition<string, Data>,
  known: Partial<Data>,
  origin: Origin,
): unknown[] => [newId<'Event'>(), definition.type, JSON.stringify(known), ...causeColumns(origin)];
