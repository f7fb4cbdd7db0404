import type { ExecutionResult } from 'graphql';
import type { GatewayMetrics } from '../metrics.ts';
import type { Caller } from '../sign-in/caller.ts';
import type { RunInternally } from './internal-query.ts';
import type { LiveEvent, LiveValue } from './live-event.ts';
import type { LiveContext } from './live-subgraph.ts';
import type { Plan } from './plan.ts';
import { judge, type Reading } from './reading.ts';

const readTimeoutMs = 5_000;

/** What a client's document and variables ask of each event. */
export interface Selection {
  readonly plan: Plan;
  readonly variables: Record<string, unknown>;
  /** Equal for equal variables. */
  readonly variablesKey: string;
}

/** Reads what events are about, each time as the subscriber it is for. */
export class Hydrator {
  readonly #run: RunInternally;
  readonly #metrics: GatewayMetrics;
  readonly #underWay = new WeakMap<LiveEvent, Map<string, Promise<Reading>>>();

  constructor(run: RunInternally, metrics: GatewayMetrics) {
    this.#run = run;
    this.#metrics = metrics;
  }

  /** Two windows of one person that ask the same of the same event at the same time share one reading; two people never do. */
  read(selection: Selection, event: LiveEvent, caller: Caller): Promise<Reading> {
    const key = `${selection.plan.query.hash} ${selection.variablesKey} ${caller.key}`;
    let underWay = this.#underWay.get(event);
    const shared = underWay?.get(key);
    if (shared) return shared;
    if (!underWay) this.#underWay.set(event, (underWay = new Map()));
    const reading = this.#read(selection, event, caller).finally(() => underWay.delete(key));
    underWay.set(key, reading);
    return reading;
  }

  /** The answer to a client's document for a value without entities, such as a request to read anew. */
  say({ plan, variables }: Selection, value: LiveValue, caller: Caller): Promise<ExecutionResult> {
    return this.#run(plan.query, variables, context(value, caller, 'resync', null)).then((result) => {
      const reading = judge(plan, value, result);
      return reading.kind === 'deliver' ? reading.result : result;
    });
  }

  async #read({ plan, variables }: Selection, event: LiveEvent, caller: Caller): Promise<Reading> {
    const started = performance.now();
    const { value, id, traceparent } = event;
    const result = await this.#run(plan.query, variables, context(value, caller, id, traceparent));
    this.#metrics.hydrations.observe({ feed: plan.feed.field }, (performance.now() - started) / 1000);
    return judge(plan, value, result);
  }
}

const context = (
  liveValue: LiveValue,
  caller: Caller,
  requestId: string,
  traceparent: string | null,
): LiveContext => ({
  liveValue,
  live: true,
  caller,
  requestId,
  traceparent,
  device: null,
  deadline: Date.now() + readTimeoutMs,
  signal: null,
});
