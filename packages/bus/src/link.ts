/** A message as it is on the wire and in a parked row. */
export interface Message {
  /** The event's id. */
  readonly id?: string | undefined;
  /** The event's type. */
  readonly type?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  /** JSON text. */
  readonly body: string;
}

export interface Delivery {
  readonly message: Message;
  /** How often the broker has tried before; counts the crashes of whoever held it. */
  readonly earlierAttempts: number;
  /** Position on its subscription, for acknowledging. */
  readonly tag: number;
}

export interface Subscription {
  /** Acknowledges this delivery and all before it on this subscription. */
  ackThrough(delivery: Delivery): void;
  /** Messages in the queue that were given to nobody yet. */
  waiting(): Promise<number>;
}

/** Resolves when the broker has stored the message; rejects when it has not, or when `mandatory` and no queue takes it. */
export type Publish = (message: Message, routingKey: string, mandatory: boolean) => Promise<void>;

/**
 * One live connection to a broker, all that relay and consumer know of it. It is never repaired: the first failure of
 * any part ends the whole link, and the session makes a new one.
 */
export interface Link {
  /** Rejects once, with the reason, when the link is of no use any more. */
  readonly lost: Promise<never>;
  readonly alive: boolean;
  /** Gives the link up for this reason. */
  fail(reason: Error): void;
  publisher(): Promise<Publish>;
  /** Starts deliveries, at most `prefetch` unacknowledged at a time. */
  subscribe(queue: string, prefetch: number, onDelivery: (delivery: Delivery) => void): Promise<Subscription>;
  /** Closes within a second, whatever the other side does. */
  close(): Promise<void>;
}

/** Where links come from. */
export interface Broker {
  /** Connects, or rejects within seconds. */
  connect(): Promise<Link>;
  /** Pause before the second attempt to connect, in milliseconds, where it differs from the session's own. */
  readonly firstPauseMs?: number;
}
