import type { Link } from './link.ts';
import { pause } from './pause.ts';
import type { Log } from './watch.ts';

export interface SessionOptions {
  name: string;
  connect: () => Promise<Link>;
  /** Works on one link. `ended` fires when the link is lost or the session stops; `use` must return soon after. */
  use: (link: Link, ended: AbortSignal) => Promise<void>;
  /** Told when a link is there and when it is gone. */
  onChange?: (up: boolean) => void;
  log: Log;
  signal: AbortSignal;
}

const shortest = 100;
const longest = 3_000;

/**
 * Connects, uses, and after any failure tears everything down and starts anew, until the signal fires. Never rejects.
 * amqplib's own `recovery` is not used: it can wait for ever for a silent peer and does not notice a closed channel.
 */
export async function keepSession({
  name,
  connect,
  use,
  onChange,
  log,
  signal,
}: SessionOptions): Promise<void> {
  let wait = shortest;
  while (!signal.aborted) {
    const startedAt = performance.now();
    let link: Link | undefined;
    try {
      link = await connect();
      onChange?.(true);
      const lost = new AbortController();
      link.lost.catch(() => lost.abort());
      const using = use(link, AbortSignal.any([signal, lost.signal])).catch(link.fail);
      await Promise.race([using, link.lost]).finally(() => using);
      if (!link.alive) await link.lost;
    } catch (error) {
      if (!signal.aborted) log.warn({ error, session: name }, 'broker session ended');
    } finally {
      onChange?.(false);
      await link?.close();
    }
    if (performance.now() - startedAt > 10_000) wait = shortest;
    await pause(wait * (0.5 + Math.random()), signal);
    wait = Math.min(wait * 2, longest);
  }
}
