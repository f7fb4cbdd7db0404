import { inTransaction, type Tx } from '@carethread/bus/transaction.ts';
import type pg from 'pg';
import { withProducts } from '../release/load-products.ts';
import { pastReleases, type PastReleases } from '../release/past-releases.ts';
import { type Kept, replay, type Replay } from './replay.ts';

export interface Replayed {
  readonly screeningId: string;
  readonly outcome: Replay;
}
interface Row extends Kept {
  id: string;
  release: string;
}
interface Place {
  readonly release: string;
  readonly id: string;
}

const batch = 200;
const one = 'SELECT id, release_id AS release, input, verdict FROM operational.screening WHERE id = $1';
// Release by release, so that the rules of each are read once.
const next = `SELECT id, release_id AS release, input, verdict FROM operational.screening
  WHERE (release_id, id) > ($1, $2) ORDER BY release_id, id LIMIT ${batch}`;
const beforeAll: Place = {
  release: '00000000-0000-0000-0000-000000000000',
  id: '00000000-0000-0000-0000-000000000000',
};

/** Makes one stored verdict again; null when there is none of that id. */
export const replayOne = (pool: pg.Pool, screeningId: string): Promise<Replayed | null> =>
  inTransaction(pool, async (tx) => {
    const [row] = await tx.query<Row>(one, [screeningId]);
    return row ? replayRow(tx, row, pastReleases()) : null;
  });

/** Makes every stored verdict again, batch by batch, each in a transaction of its own. */
export async function* replayAll(pool: pg.Pool): AsyncGenerator<Replayed> {
  const releases = pastReleases();
  for (let place: Place | undefined = beforeAll; place;) {
    const { release, id }: Place = place;
    const rows: Row[] = await inTransaction(pool, (tx) => tx.query<Row>(next, [release, id]));
    for (const row of rows) yield await inTransaction(pool, (tx) => replayRow(tx, row, releases));
    place = rows.length === batch ? rows.at(-1) : undefined;
  }
}

async function replayRow(tx: Tx, { id, release, ...kept }: Row, releases: PastReleases): Promise<Replayed> {
  const rules = await releases.read(tx, release);
  const whole = rules && (await withProducts(tx, rules, kept.input));
  return { screeningId: id, outcome: replay(kept, whole) };
}
