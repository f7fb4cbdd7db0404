import type { ServiceName } from '@carethread/contracts/define-event.ts';
import { subscriptions } from '@carethread/contracts/topology.ts';
import { type Handlers, ignored } from '../../src/handlers.ts';

/** Handlers of a test service that is interested in these events only, whatever the real one subscribes to. */
export const ignoringOthers = <Service extends ServiceName>(
  service: Service,
  handlers: Partial<Handlers<Service>>,
): Handlers<Service> =>
  ({
    ...Object.fromEntries(subscriptions[service].map((type) => [type, ignored])),
    ...handlers,
  }) as Handlers<Service>;
