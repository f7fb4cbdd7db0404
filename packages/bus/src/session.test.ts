import { describe, expect, it } from '@jest/globals';
import { keepSession } from './session.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** A link that does nothing but end. */
function link() {
  let reject: (reason: Error) => void = () => {};
  const lost = new Promise<never>((_, refuse) => (reject = refuse));
  lost.catch(() => {});
  const self = {
    lost,
    alive: true,
    closed: 0,
    fail(reason: Error) {
      self.alive = false;
      reject(reason);
    },
    async close() {
      self.closed++;
    },
  };
  return self;
}
const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

describe('a session', () => {
  it('connects again after every kind of failure, and closes each link once', async () => {
    const stop = new AbortController();
    const links: ReturnType<typeof link>[] = [];
    const changes: boolean[] = [];
    let attempts = 0;
    await keepSession({
      name: 'test',
      firstPauseMs: 0,
      log: silent,
      signal: stop.signal,
      onChange: (up) => changes.push(up),
      connect: async () => {
        if (++attempts === 1) throw new Error('refused');
        links.push(link());
        return links.at(-1)!;
      },
      use: async (used, ended) => {
        if (links.length === 1) throw new Error('the work fails');
        if (links.length === 2) used.fail(new Error('the link fails'));
        else stop.abort();
        await aborted(ended);
      },
    });
    expect(attempts).toBe(4);
    expect(links.map(({ closed }) => closed)).toEqual([1, 1, 1]);
    expect(changes).toEqual([false, true, false, true, false, true, false]);
  });

  it('does not begin anew before the work on the lost link has ended', async () => {
    const stop = new AbortController();
    let working = 0;
    let atOnce = 0;
    let rounds = 0;
    await keepSession({
      name: 'test',
      firstPauseMs: 0,
      log: silent,
      signal: stop.signal,
      connect: async () => link(),
      use: async (used) => {
        atOnce = Math.max(atOnce, ++working);
        used.fail(new Error('cut'));
        for (let n = 0; n < 5; n++) await new Promise((resolve) => setImmediate(resolve));
        working--;
        if (++rounds === 3) stop.abort();
      },
    });
    expect(atOnce).toBe(1);
  });
});
