import type { Link } from './link.ts';
import { pause } from './pause.ts';
import type { Log } from './watch.ts';

/** What a session looks after; what is done with it is the user's business. */
type Losable = Pick<Link, 'lost' | 'alive' | 'fail' | 'close'>;

export interface SessionOptions<Connection extends Losable> {
  name: string;
  connect: () => Promise<Connection>;
  /** Pause after the first failure, in milliseconds; doubled with each further one, up to three seconds. */
  firstPauseMs?: number;
  /** Works on one link. `ended` fires when the link is lost or the session stops; `use` must return soon after. */
  use: (link: Connection, ended: AbortSignal) => Promise<void>;
  /** Told when a link is there and when it is gone. */
  onChange?: (up: boolean) => void;
  log: Log;
  signal: AbortSignal;
}

const longest = 3_000;

/**
 * Connects, uses, and after any failure tears everything down and starts anew, until the signal fires. Never rejects.
 * amqplib's own `recovery` is not used: it can wait for ever for a silent peer and does not notice a closed channel.
 */
export async function keepSession<Connection extends Losable>({
  name,
  connect,
  firstPauseMs = 100,
  use,
  onChange,
  log,
  signal,
}: SessionOptions<Connection>): Promise<void> {
  let wait = firstPauseMs;
  while (!signal.aborted) {
    const startedAt = performance.now();
    let link: Connection | undefined;
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
    if (performance.now() - startedAt > 10_000) wait = firstPauseMs;
    await pause(wait * (0.5 + Math.random()), signal);
    wait = Math.min(wait * 2, longest);
  }
}
