import type { Actor } from '@carethread/contracts/actor.ts';
import type { EventDefinition, EventEnvelope } from '@carethread/contracts/define-event.ts';
import type { ExecutionResult } from 'graphql';
import type { LiveEvent, LiveValue, ResyncReason } from './live-event.ts';
import type { Presence } from './presence/presence.ts';

/** Asks the graph as the subscriber. Throws when a service cannot be reached. */
export type Ask = (
  query: string,
  variables: Record<string, unknown>,
) => Promise<NonNullable<ExecutionResult['data']>>;

/** How a subscription begins: what was missed since its cursor, in order; or why it does not begin. */
export type Opening =
  | {
      kind: 'open';
      backlog: readonly LiveEvent[];
      /** Called once when the subscription has ended. */
      ended?: () => void;
    }
  | { kind: 'too_old' }
  | { kind: 'not_found' };

/** What one subscriber asked a feed for. */
export interface FeedRequest {
  readonly topics: readonly string[];
  /** The last cursor the client has seen; null when it begins now. */
  readonly after: number | null;
  /** Feeds that tell how things are: the last `state` the client has seen. */
  readonly known?: string | null;
  /** Decides whether this subscriber may listen, by asking as the subscriber. */
  open(ask: Ask, presence: Presence): Promise<Opening>;
}

/**
 * A type of event, a field of it and a field of the entity behind it that its owner must answer. Both are read with
 * every event of the type, whatever the client selected: an event whose entity the subscriber may not read is not
 * delivered.
 */
export interface EventCheck {
  readonly type: string;
  readonly field: string;
  readonly probe: string;
}

/** One field of type Subscription. */
export interface Feed {
  readonly field: string;
  readonly durable: boolean;
  /** Events that may wait for one subscriber. */
  readonly limit: number;
  /** One for each type of event that names an entity: all but a resync. */
  readonly checks: readonly EventCheck[];
  /** What the subscriber is told when something was lost. */
  readonly resync: (reason: ResyncReason) => LiveValue;
  readonly sources: readonly Source[];
  /** Null when these arguments can name nothing of this person's. */
  readonly request: (args: Readonly<Record<string, unknown>>, actor: Actor) => FeedRequest | null;
}

/** A bus event and what it means to a feed. */
export interface Source {
  readonly definition: EventDefinition;
  readonly route: (event: EventEnvelope) => LiveEvent;
}

/** Declares a source with the type of its event. The data is parsed by the event's own schema before it gets here. */
export const from = <Data>(
  definition: EventDefinition<string, Data>,
  route: (event: EventEnvelope<Data>) => LiveEvent,
): Source => ({ definition, route: (event) => route(event as EventEnvelope<Data>) });
