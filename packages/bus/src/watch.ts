/** What the loops write to: a pino logger fits. Details carry ids and codes only. */
export interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Numbers the loops report; milliseconds or counts, as the name says. */
export const measurements = {
  outboxAgeMs: 'Age of the oldest event that was not yet published.',
  relayBatchSize: 'Events published together.',
  relayConfirmMs: 'Time from publishing a batch to its last confirm.',
  consumerBatchSize: 'Events handled in one transaction.',
  consumerBatchMs: 'Time from taking a batch to its commit.',
  parkedEvents: 'Events set aside after a failure, with those waiting behind them.',
  stoppedEvents: 'Parked events that are no longer retried: somebody must look.',
  failingTasks: 'Due tasks that failed at least five times.',
} as const;
export type Measurement = keyof typeof measurements;
export type Observe = (measurement: Measurement, value: number) => void;

export type Reachable = 'up' | 'down';
