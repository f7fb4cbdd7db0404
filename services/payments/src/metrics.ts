import type { Database } from '@carethread/service-kit/database.ts';
import type { Metrics } from '@carethread/service-kit/metrics.ts';
import type { Fact } from './fact.ts';

/** Counts what becomes of attempts as it becomes known. */
export interface PaymentMetrics {
  count(facts: readonly Fact[]): void;
}

// Each reads a partial index that holds little else than what is counted.
const standing = `SELECT
    coalesce((SELECT extract(epoch FROM now() - min(started_at)) FROM attempt
      WHERE status IN ('sending', 'processing', 'unknown') AND status = 'unknown'), 0)::float8 AS "unknownSeconds",
    (SELECT count(*) FROM payment_task WHERE resolution IS NULL)::int AS "openTasks",
    coalesce((SELECT extract(epoch FROM now() - min(received_at)) FROM webhook WHERE status = 'received'), 0)::float8
      AS "webhookSeconds"`;
interface Standing {
  unknownSeconds: number;
  openTasks: number;
  webhookSeconds: number;
}

/**
 * The numbers of this service at /metrics: attempts by outcome as they end, and what waits, asked for with each scrape. A
 * scrape while the database is away shows the numbers of the one before.
 */
export function paymentMetrics(metrics: Metrics, database: Pick<Database, 'asWorker'>): PaymentMetrics {
  const attempts = metrics.counter(
    'payment_attempts_total',
    'Attempts to take money, by what became of them.',
    ['outcome'],
  );
  const gauges = {
    unknownSeconds: metrics.gauge(
      'payment_unknown_age_seconds',
      'How long it has not been known of the oldest charge whether it was made; 0 when all are known.',
    ),
    openTasks: metrics.gauge('payment_tasks_open', 'Tasks that wait for a person.'),
    webhookSeconds: metrics.gauge(
      'payment_webhook_lag_seconds',
      'How long the oldest webhook has waited to be looked at; 0 when none waits.',
    ),
  };
  metrics.beforeScrape(async () => {
    const [now] = await database.asWorker((tx) => tx.query<Standing>(standing));
    for (const [name, gauge] of Object.entries(gauges)) gauge.set(now![name as keyof Standing]);
  });
  return {
    count(facts) {
      for (const { type } of facts)
        if (type.startsWith('attempt_') && type !== 'attempt_asked')
          attempts.inc({ outcome: type.slice('attempt_'.length) });
    },
  };
}
