import { type Message } from '@carethread/bus/link.ts';
import { toEnvelope } from '@carethread/bus/message.ts';
import type { EventEnvelope } from '@carethread/contracts/define-event.ts';
import { events } from '@carethread/contracts/registry.ts';
import type { Log } from '@carethread/service-kit/log.ts';
import type { Feed } from './feed.ts';
import type { Hub } from './hub.ts';
import type { Reaction } from './reactions.ts';

export interface Dispatch {
  /** Routing keys of everything that is used, and no others. */
  readonly types: readonly string[];
  /** Takes one message of the bus. A broken one is logged and skipped: nobody could do anything about it here. */
  receive(message: Message): void;
}

/** Turns bus events into what they mean to the feeds. Reactions come first: who lost access is not told of it by a feed. */
export function createDispatch(options: {
  feeds: readonly Feed[];
  reactions: readonly Reaction[];
  hub: Hub;
  log: Log;
}): Dispatch {
  const { feeds, reactions, hub, log } = options;
  const handlers = new Map<string, ((event: EventEnvelope) => void)[]>();
  const add = (type: string, handle: (event: EventEnvelope) => void) =>
    handlers.set(type, [...(handlers.get(type) ?? []), handle]);
  for (const { definition, react } of reactions) add(definition.type, react);
  for (const { definition, route } of feeds.flatMap(({ sources }) => sources))
    add(definition.type, (event) => hub.publish(route(event)));

  return {
    types: [...handlers.keys()],
    receive(message) {
      const used = handlers.get(message.type ?? '');
      if (!used) return;
      try {
        const envelope = toEnvelope(message);
        const data = events.get(envelope.type)?.schema.parse(envelope.data);
        for (const handle of used) handle({ ...envelope, data });
      } catch (error) {
        log.error({ error, eventId: message.id, type: message.type }, 'event could not be read');
      }
    },
  };
}
