import type { z } from 'zod';

/** What kind of personal data a payload may hold: only identifiers, or coded health facts as well. Never names or texts. */
export type DataClass = 'none' | 'ids' | 'health-codes';

export const serviceNames = [
  'identity',
  'tickets',
  'messaging',
  'prescriptions',
  'payments',
  'catalog',
] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface EventDefinition<Type extends string = string, Data = unknown> {
  /** `<owner>.<aggregate>.<what happened>.v<N>`; also the routing key. */
  readonly type: Type;
  readonly owner: ServiceName;
  readonly dataClass: DataClass;
  readonly summary: string;
  readonly schema: z.ZodType<Data, unknown>;
}

/** Declares one event: name, owner, personal-data class and schema stand together. The owner is the type's first word. */
export function defineEvent<Type extends `${ServiceName}.${string}.v${number}`, Data>(
  type: Type,
  dataClass: DataClass,
  summary: string,
  schema: z.ZodType<Data, unknown>,
): EventDefinition<Type, Data> {
  const owner = type.slice(0, type.indexOf('.')) as ServiceName;
  return { type, owner, dataClass, summary, schema };
}

export type EventData<Definition> = Definition extends EventDefinition<string, infer Data> ? Data : never;

/** An event as a consumer sees it. */
export interface EventEnvelope<Data = unknown> {
  readonly id: string;
  readonly type: string;
  readonly aggregateId: string;
  /** Number of this event within its aggregate: 1, 2, 3 … in the order things happened. */
  readonly sequence: number;
  readonly occurredAt: Date;
  /** The person who caused it; null for the system. */
  readonly actorId: string | null;
  readonly correlationId: string | null;
  readonly traceparent: string | null;
  readonly data: Data;
}
