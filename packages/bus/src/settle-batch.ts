import type pg from 'pg';
import { applyCarefully, suspicious } from './careful.ts';
import { describeFailure } from './describe-failure.ts';
import { failpoint } from './failpoint.ts';
import { applyBatch, park } from './inbox.ts';
import type { Delivery } from './link.ts';
import { pause } from './pause.ts';
import { type HandlerTable, type Incoming, readEvent } from './read-event.ts';
import { isTransient } from './transaction.ts';
import type { Log } from './watch.ts';

type Applicable = Extract<Incoming, { kind: 'event' }>;

export interface Settling {
  pool: pg.Pool;
  table: HandlerTable;
  log: Log;
  onCommit: () => void;
  /** Runs after an event was set aside. */
  onParked: () => void;
}

/** A whole batch that cannot get through, be it for its size, is taken apart after so many tries. */
const triesTogether = 3;

/**
 * Returns when every event of the batch is applied, known from before, or parked, and so may be acknowledged. Throws
 * when `ended` fires before that.
 */
export async function settleBatch(
  deliveries: readonly Delivery[],
  settling: Settling,
  ended: AbortSignal,
): Promise<void> {
  const { pool, table, log, onCommit } = settling;
  const careful = deliveries.some(({ earlierAttempts }) => earlierAttempts >= suspicious);

  const setAside = async (event: Incoming, error: unknown, reason: string): Promise<void> => {
    log.error({ eventId: event.id, eventType: event.message.type, error }, 'event parked');
    await parkSurely(pool, event, 1, reason, ended);
    failpoint('afterParkBeforeAck');
    settling.onParked();
  };
  const apply = async (events: readonly Applicable[]): Promise<void> => {
    const [first] = events;
    const wakes = careful && first ? await applyCarefully(pool, first) : await applyBatch(pool, events);
    if (wakes) onCommit();
  };
  const applyAll = async (events: readonly Applicable[]): Promise<void> => {
    if (events.length === 0 || !(await untilReachable(() => apply(events), ended, triesTogether))) return;
    for (const event of events) {
      const failure = await untilReachable(() => apply([event]), ended);
      if (failure) await setAside(event, failure.error, describeFailure(failure.error));
    }
  };

  let together: Applicable[] = [];
  for (const { message } of deliveries) {
    const event = readEvent(message, table);
    if (event.kind === 'event') together.push(event);
    if (event.kind !== 'unreadable') continue;
    // What came before it goes first, or it would be parked behind this one.
    await applyAll(together);
    together = [];
    await setAside(event, event.reason, event.reason);
  }
  await applyAll(together);
}

/**
 * Runs `attempt` until the database is there: trouble of that kind is never held against an event. Returns the failure
 * that is the work's own (or any, after so many `tries`), or nothing. Throws when `ended` fires first.
 */
async function untilReachable(
  attempt: () => Promise<void>,
  ended: AbortSignal,
  tries = Infinity,
): Promise<{ error: unknown } | undefined> {
  for (let wait = 50, n = 1; ; wait = Math.min(wait * 2, 2_000), n++) {
    try {
      await attempt();
      return undefined;
    } catch (error) {
      if (!isTransient(error) || n >= tries) return { error };
      await pause(wait, ended);
      if (ended.aborted) throw error;
    }
  }
}

/** Parks an event, or throws: what is neither applied nor parked must not be acknowledged. */
export async function parkSurely(
  pool: pg.Pool,
  event: Incoming,
  attempts: number,
  reason: string,
  ended: AbortSignal,
): Promise<void> {
  const failure = await untilReachable(() => park(pool, event, attempts, reason), ended);
  if (failure) throw failure.error;
}
