import { describe, expect, it } from '@jest/globals';
import type { EventDefinition, ServiceName } from '../src/define-event.ts';
import { serviceNames } from '../src/define-event.ts';
import * as audit from '../src/events/audit.ts';
import * as catalog from '../src/events/catalog.ts';
import * as identity from '../src/events/identity.ts';
import * as messaging from '../src/events/messaging.ts';
import * as payments from '../src/events/payments.ts';
import * as prescriptions from '../src/events/prescriptions.ts';
import * as renewals from '../src/events/renewals.ts';
import * as tickets from '../src/events/tickets.ts';
import { events } from '../src/registry.ts';
import {
  deadQueueOf,
  exchangeDeclarations,
  hasSubscriber,
  queueOf,
  queuesOf,
  subscribersOf,
  subscriptions,
} from '../src/topology.ts';

const modules: Record<ServiceName, object> = {
  catalog,
  identity,
  messaging,
  payments,
  prescriptions: { ...prescriptions, ...renewals },
  tickets,
};
const definitionsIn = (module: object) =>
  Object.values(module).filter(
    (value: EventDefinition | undefined) => value?.type !== undefined && 'owner' in value,
  );

describe.each(serviceNames)('%s', (service) => {
  it('defines events of its own only', () => {
    const foreign = definitionsIn(modules[service]).filter(({ owner }: EventDefinition) => owner !== service);
    expect(foreign).toEqual([]);
  });

  it('has queues that are bound to declared exchanges, and dead letters that arrive', () => {
    const [dead, own] = queuesOf(service);
    expect([own?.name, dead?.name]).toEqual([queueOf(service), deadQueueOf(service)]);
    const declared = exchangeDeclarations.map(({ name }) => name as string);
    for (const { exchange } of [...dead!.bindings, ...own!.bindings]) expect(declared).toContain(exchange);
    expect(dead!.bindings).toEqual([
      {
        exchange: own!.arguments['x-dead-letter-exchange'],
        key: own!.arguments['x-dead-letter-routing-key'],
      },
    ]);
    expect(own!.bindings.map(({ key }) => key)).toEqual(subscriptions[service]);
  });

  it('subscribes to events that exist, each once, and to none of its own', () => {
    const types: readonly string[] = subscriptions[service];
    expect(types.filter((type) => !events.has(type))).toEqual([]);
    expect(new Set(types).size).toBe(types.length);
    expect(types.filter((type) => events.get(type)?.owner === service)).toEqual([]);
  });
});

describe('the registry', () => {
  it('holds every event once, under `<owner>.<aggregate>.<what happened>.v<N>`', () => {
    const all = [...Object.values(modules), audit].flatMap(definitionsIn);
    expect(all.map(({ type }: EventDefinition) => type).sort()).toEqual([...events.keys()].sort());
    for (const type of events.keys()) expect(type).toMatch(/^[a-z]+\.[a-z_]+\.[a-z_]+\.v[1-9]\d*$/);
  });

  it('says what each event means', () => {
    for (const { summary } of events.values()) expect(summary).toMatch(/^[A-Z].+[.…]$/);
  });
});

it('knows who listens to an event', () => {
  expect(subscribersOf('prescriptions.prescription.signed.v1')).toContain('catalog');
  expect(hasSubscriber('identity.nothing.happened.v1')).toBe(false);
});

it('gives every service queues of its own', () => {
  const names = serviceNames.flatMap((service) => [queueOf(service), deadQueueOf(service)]);
  expect(new Set(names).size).toBe(names.length);
});
