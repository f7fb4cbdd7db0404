import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

/** The numbers a service shows at /metrics, in Prometheus' text format. Labels are names of ours, never of people. */
export function createMetrics(service: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const asked: (() => Promise<void>)[] = [];
  return {
    registry,
    /** Sets gauges of what has to be asked for, such as ages, each time the numbers are wanted. */
    beforeScrape: (ask: () => Promise<void>) => void asked.push(ask),
    /** All numbers as text. What cannot be asked for now shows its last value. */
    async text(): Promise<string> {
      await Promise.allSettled(asked.map((ask) => ask()));
      return registry.metrics();
    },
    operations: new Histogram({
      name: 'graphql_operation_seconds',
      help: 'Time to answer a GraphQL operation.',
      labelNames: ['kind', 'outcome'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers: [registry],
    }),
    gauge: (name: string, help: string) => new Gauge({ name, help, registers: [registry] }),
    counter: (name: string, help: string, labelNames: string[] = []) =>
      new Counter({ name, help, labelNames, registers: [registry] }),
  };
}
