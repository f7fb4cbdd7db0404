/** Why a stream could not go on; the names clients see. */
export type ResyncReason =
  'BROKER_GAP' | 'SEQUENCE_GAP' | 'CURSOR_TOO_OLD' | 'SLOW_CONSUMER' | 'UNAVAILABLE' | 'ACCESS_ENDED';

/** What the live subgraph answers for an event: ids and codes only; the rest is read from its owner, as the subscriber. */
export type LiveValue = Readonly<{ __typename: string } & Record<string, unknown>>;

export interface LiveEvent {
  /** Id of the bus event, or of the place in a backlog: tells our log and the services what a read belongs to. */
  readonly id: string;
  /** Who hears it: see `Hub`. */
  readonly topics: readonly string[];
  /** Number within a gap-free order; null in feeds that have none. */
  readonly cursor: number | null;
  /** In feeds that tell how things are rather than what happened: stands for that. The same twice is told once. */
  readonly state?: string;
  /** A waiting event gives way to a newer one with the same key. */
  readonly key: string;
  readonly value: LiveValue;
  readonly traceparent: string | null;
}
