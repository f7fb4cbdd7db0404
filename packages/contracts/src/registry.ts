import type { EventData, EventDefinition } from './define-event.ts';
import * as audit from './events/audit.ts';
import * as catalog from './events/catalog.ts';
import * as identity from './events/identity.ts';
import * as messaging from './events/messaging.ts';
import * as payments from './events/payments.ts';
import * as prescriptions from './events/prescriptions.ts';
import * as renewals from './events/renewals.ts';
import * as tickets from './events/tickets.ts';

type DefinitionsIn<Module> = Extract<Module[keyof Module], { type: string; schema: unknown }>;

export type KnownEvent =
  | DefinitionsIn<typeof identity>
  | DefinitionsIn<typeof tickets>
  | DefinitionsIn<typeof messaging>
  | DefinitionsIn<typeof prescriptions>
  | DefinitionsIn<typeof renewals>
  | DefinitionsIn<typeof payments>
  | DefinitionsIn<typeof catalog>
  | DefinitionsIn<typeof audit>;
export type EventType = KnownEvent['type'];
/** Parsed payload of the event with this type. */
export type DataOf<Type extends EventType> = EventData<Extract<KnownEvent, { type: Type }>>;

const isDefinition = (value: unknown): value is EventDefinition =>
  typeof value === 'object' && value !== null && 'schema' in value && 'type' in value;

/** Every event of the platform by its type. */
export const events: ReadonlyMap<string, EventDefinition> = new Map(
  [identity, tickets, messaging, prescriptions, renewals, payments, catalog, audit]
    .flatMap((module): unknown[] => Object.values(module))
    .filter(isDefinition)
    .map((definition) => [definition.type, definition]),
);
