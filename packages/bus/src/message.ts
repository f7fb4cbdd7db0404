import type { EventEnvelope } from '@carethread/contracts/define-event.ts';
import { isId } from '@carethread/contracts/ids.ts';
import type { Message } from './link.ts';

export interface OutboxRow {
  id: string;
  event_id: string;
  aggregate_id: string;
  sequence: number;
  type: string;
  payload: string;
  actor_id: string | null;
  correlation_id: string | null;
  traceparent: string | null;
  occurred_at: Date;
}

/** Columns of an outbox or event_log row, in the form `toMessage` reads. */
export const rowColumns = `id, event_id, aggregate_id, sequence, type, payload::text AS payload,
  actor_id, correlation_id, traceparent, occurred_at`;

/** An event as it goes on the wire. */
export function toMessage(row: OutboxRow): Message {
  const headers: Record<string, unknown> = {
    aggregate: row.aggregate_id,
    sequence: row.sequence,
    // AMQP's own timestamp counts in seconds; live updates want milliseconds.
    occurredAt: row.occurred_at.toISOString(),
  };
  if (row.actor_id) headers.actor = row.actor_id;
  if (row.traceparent) headers.traceparent = row.traceparent;
  return {
    id: row.event_id,
    type: row.type,
    correlationId: row.correlation_id ?? undefined,
    headers,
    body: row.payload,
  };
}

/** The envelope of a message, its data as sent: not yet checked against the event's schema. Throws on a broken message. */
export function toEnvelope({ id, type, correlationId, headers, body }: Message): EventEnvelope<unknown> {
  const { aggregate, sequence, occurredAt, actor, traceparent } = headers;
  if (!isId(id)) throw new Error('The message has no event id.');
  if (typeof type !== 'string') throw new Error('The message has no type.');
  if (!isId(aggregate)) throw new Error('The message has no aggregate id.');
  if (typeof sequence !== 'number') throw new Error('The message has no sequence.');
  const at = new Date(String(occurredAt));
  if (Number.isNaN(at.getTime())) throw new Error('The message has no time.');
  return {
    id,
    type,
    aggregateId: aggregate,
    sequence,
    occurredAt: at,
    actorId: isId(actor) ? actor : null,
    correlationId: correlationId ?? null,
    traceparent: typeof traceparent === 'string' ? traceparent : null,
    data: JSON.parse(body) as unknown,
  };
}
