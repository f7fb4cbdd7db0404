import { Worker } from 'node:worker_threads';
import type { PageContent } from './page/page-content.ts';

export type Draw = (content: PageContent) => Promise<Buffer>;

type Answer = { number: number } & ({ bytes: Uint8Array } | { error: Error });

/**
 * Draws pages on a thread of their own: a page is some 50 ms of work, in which nobody else would be answered. The thread
 * begins with the first page, and anew after it has died; it keeps no process alive.
 */
export function drawApart(): Draw {
  let worker: Worker | undefined;
  const waiting = new Map<number, PromiseWithResolvers<Buffer>>();
  let last = 0;

  function start(): Worker {
    const started = new Worker(new URL('./draw-worker.ts', import.meta.url));
    const lost = (error: Error) => {
      if (worker !== started) return;
      worker = undefined;
      for (const page of waiting.values()) page.reject(error);
      waiting.clear();
    };
    started.on('message', (answer: Answer) => {
      const page = waiting.get(answer.number);
      waiting.delete(answer.number);
      if ('error' in answer) page?.reject(answer.error);
      else page?.resolve(Buffer.from(answer.bytes));
    });
    started.on('error', lost);
    started.on('exit', () => lost(new Error('The thread that draws has ended.')));
    started.unref();
    return started;
  }

  return (content) => {
    const page = Promise.withResolvers<Buffer>();
    waiting.set(++last, page);
    (worker ??= start()).postMessage({ number: last, content }, []);
    return page.promise;
  };
}
