import { isTransient } from '@carethread/bus/transaction.ts';
import type { ServiceName } from '@carethread/contracts/define-event.ts';
import type pg from 'pg';
import type { Log } from '../log.ts';
import { type Alongside, sealAccesses } from './seal-accesses.ts';

export interface Sealer {
  /** Until every committed row is in the chain. */
  drain(): Promise<void>;
  /** Finishes the seal in hand. */
  stop(): Promise<void>;
}

const pauseMs = 1_000;

/** Puts what was written into the chain, about once a second. Of several instances one at a time does it. */
export function startSealer(options: {
  pool: pg.Pool;
  service: ServiceName;
  log: Log;
  onCommit: () => void;
  alongside?: Alongside | undefined;
}): Sealer {
  const { pool, service, log, onCommit, alongside } = options;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  /** Answers whether there was something to seal. */
  const sealOnce = (): Promise<boolean> => {
    const step = turn.then(async () => {
      const sealed = await sealAccesses(pool, service, alongside);
      if (!sealed) return false;
      const { seal, position, hash, rows } = sealed;
      log.info({ seal, position: String(position), hash: hash.toString('hex'), rows }, 'audit sealed');
      onCommit();
      return true;
    });
    turn = step.catch(() => {});
    return step;
  };

  const run = async (): Promise<void> => {
    let more = false;
    try {
      more = await sealOnce();
    } catch (error) {
      log[isTransient(error) ? 'warn' : 'error']({ error }, 'audit not sealed, trying again');
    }
    if (!stopped) timer = setTimeout(() => void run(), more ? 0 : pauseMs);
  };
  timer = setTimeout(() => void run(), pauseMs);

  return {
    async drain() {
      while (!stopped && (await sealOnce()));
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await turn;
    },
  };
}
