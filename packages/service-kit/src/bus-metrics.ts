import { type Measurement, measurements, type Observe } from '@carethread/bus/watch.ts';
import type { Metrics } from './metrics.ts';

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** One gauge for every number the bus reports, such as `bus_outbox_age_ms`. */
export function observeBus(metrics: Metrics): Observe {
  const gauges = new Map(
    Object.entries(measurements).map(([name, help]) => [name, metrics.gauge(`bus_${snake(name)}`, help)]),
  );
  return (measurement: Measurement, value) => gauges.get(measurement)?.set(value);
}
