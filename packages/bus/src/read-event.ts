import type { EventEnvelope } from '@carethread/contracts/define-event.ts';
import { derivedId, isId } from '@carethread/contracts/ids.ts';
import { events } from '@carethread/contracts/registry.ts';
import { type Handler, ignored } from './handlers.ts';
import type { Message } from './link.ts';
import { toEnvelope } from './message.ts';
import type { Tx } from './transaction.ts';

/** Handlers by event type, their payload types forgotten; `readEvent` checks each payload against its schema first. */
export type HandlerTable = ReadonlyMap<string, Handler<unknown> | typeof ignored>;

interface Received {
  id: string;
  aggregateId: string;
  message: Message;
}
/** A message, understood: something to apply, something of no interest, or something nobody can read. */
export type Incoming =
  | (Received & { kind: 'event'; apply: (tx: Tx) => Promise<void> })
  | (Received & { kind: 'ignored' })
  | (Received & { kind: 'unreadable'; reason: string });

const namespace = '5e0c2d3c-9d7b-4a52-8a3c-1c55a3a2c0f4';

export const handlerTable = (handlers: object): HandlerTable =>
  new Map(Object.entries(handlers) as [string, Handler<unknown> | typeof ignored][]);

/** Reads a message with the schema of its type. Never throws: what cannot be read gets a stable id and can be parked. */
export function readEvent(message: Message, handlers: HandlerTable): Incoming {
  const id = isId(message.id)
    ? message.id.toLowerCase()
    : derivedId<'Event'>(namespace, JSON.stringify(message));
  const aggregate = message.headers.aggregate;
  const received = { id, aggregateId: isId(aggregate) ? aggregate.toLowerCase() : id, message };
  const handler = handlers.get(message.type ?? '');
  if (handler === ignored) return { ...received, kind: 'ignored' };
  try {
    const definition = events.get(message.type ?? '');
    if (!handler || !definition)
      throw new Error(`This service does not know the event type ${message.type ?? '(none)'}.`);
    const envelope = toEnvelope(message);
    const event: EventEnvelope<unknown> = { ...envelope, data: definition.schema.parse(envelope.data) };
    return { ...received, kind: 'event', apply: (tx) => handler(event, tx) };
  } catch (error) {
    return { ...received, kind: 'unreadable', reason: withoutValues(error) };
  }
}

/** Why a message cannot be read, without quoting it: where its schema was not met, but not by what. */
function withoutValues(error: unknown): string {
  const { issues } = error as { issues?: { code: string; path: PropertyKey[] }[] };
  if (issues) return issues.map(({ code, path }) => `${path.join('.') || 'data'}: ${code}`).join(', ');
  return error instanceof SyntaxError ? 'The body is not JSON.' : (error as Error).message;
}
