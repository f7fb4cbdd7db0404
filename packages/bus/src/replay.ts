import { hasSubscriber } from '@carethread/contracts/topology.ts';
import pg from 'pg';
import type { Link } from './link.ts';
import { type OutboxRow, rowColumns, toMessage } from './message.ts';
import { leaderLock } from './outbox-reader.ts';
import { pause } from './pause.ts';

const past = `DECLARE past NO SCROLL CURSOR FOR SELECT ${rowColumns} FROM bus.event_log
  WHERE occurred_at >= $1 ORDER BY event_log.id`;

/**
 * Publishes what the event log holds since a time, in the order of publication. Holds the relay's lock meanwhile, so
 * no new event can overtake; while a relay holds it, waits and calls `onWaiting` once. Returns how many.
 */
export async function replay({
  databaseUrl,
  since,
  link,
  onWaiting,
}: {
  /** The relay's login. */
  databaseUrl: string;
  since: Date;
  link: Link;
  onWaiting: () => void;
}): Promise<number> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 3_000,
    keepAlive: true,
  });
  client.on('error', link.fail);
  await client.connect();
  try {
    await takeLock(client, onWaiting);
    const publish = await link.publisher();
    await client.query('BEGIN');
    await client.query(past, [since]);
    for (let count = 0; ;) {
      const { rows } = await client.query<OutboxRow>('FETCH 500 FROM past');
      if (rows.length === 0) return count;
      const confirms = rows.map((row) => publish(toMessage(row), row.type, hasSubscriber(row.type)));
      await Promise.race([Promise.all(confirms), link.lost]);
      count += rows.length;
    }
  } finally {
    await client.end();
  }
}

async function takeLock(client: pg.Client, onWaiting: () => void): Promise<void> {
  for (let told = false; ; told = true) {
    const { rows } = await client.query<{ won: boolean }>('SELECT pg_try_advisory_lock($1) AS won', [
      leaderLock,
    ]);
    if (rows[0]?.won) return;
    if (!told) onWaiting();
    await pause(300);
  }
}
