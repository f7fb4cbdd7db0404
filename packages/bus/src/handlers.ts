import type { EventEnvelope, ServiceName } from '@carethread/contracts/define-event.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import type { SubscriptionOf } from '@carethread/contracts/topology.ts';
import type { Tx } from './transaction.ts';

/**
 * Applies one event within the transaction that remembers it. Touches the database only, through `tx`; what calls the
 * outside world is a task. A throw rolls back: the event is tried again, then set aside.
 */
export type Handler<Data> = (event: EventEnvelope<Data>, tx: Tx) => Promise<void>;

/** Said of an event type the service receives and does nothing about. */
export const ignored = 'ignored';

/** What a service does about every event type it subscribes to: a new subscription does not compile until it is here. */
export type Handlers<Service extends ServiceName> = {
  readonly [Type in SubscriptionOf<Service>]: Handler<DataOf<Type>> | typeof ignored;
};
