import { createMetrics } from '@carethread/service-kit/metrics.ts';
import { Counter, Histogram } from 'prom-client';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

export type GatewayMetrics = ReturnType<typeof createGatewayMetrics>;

/** The numbers the gateway shows at /metrics. Labels are names of ours: services, feeds, outcomes; never people. */
export function createGatewayMetrics() {
  const { registry, operations } = createMetrics('gateway');
  const registers = [registry];
  return {
    registry,
    operations,
    subgraphCalls: new Histogram({
      name: 'gateway_subgraph_seconds',
      help: 'Time a service took to answer the gateway.',
      labelNames: ['subgraph', 'outcome'],
      buckets: seconds,
      registers,
    }),
    supergraphReloads: new Counter({
      name: 'gateway_supergraph_reloads_total',
      help: 'Changes of the composed graph that were taken over or refused.',
      labelNames: ['outcome'],
      registers,
    }),
    documents: new Counter({
      name: 'gateway_documents_total',
      help: 'Uses of each registered document, and of others together.',
      labelNames: ['document', 'client'],
      registers,
    }),
    deprecatedUses: new Counter({
      name: 'gateway_deprecated_uses_total',
      help: 'Operations that use a deprecated field, argument or value.',
      labelNames: ['element', 'client'],
      registers,
    }),
    deliveries: new Counter({
      name: 'gateway_live_events_total',
      help: 'Events per subscriber: delivered, withheld because the subscriber may not read them, or failed.',
      labelNames: ['feed', 'outcome'],
      registers,
    }),
    hydrations: new Histogram({
      name: 'gateway_live_hydration_seconds',
      help: 'Time to read what an event is about, as the subscriber.',
      labelNames: ['feed'],
      buckets: seconds,
      registers,
    }),
    streamEnds: new Counter({
      name: 'gateway_live_resyncs_total',
      help: 'Streams that were ended or told to read anew, by reason.',
      labelNames: ['feed', 'reason'],
      registers,
    }),
  };
}
