/**
 * `node src/replay-verdicts/replay-verdicts-cli.ts [<screening id>]` with WORKER_DATABASE_URL: makes stored verdicts again
 * from their input and release, with the engine as it is, and compares them byte for byte. Names each that differs and
 * fails then. Verdicts by an engine of another number are counted apart: only that engine can make them.
 */
import { parseArgs } from 'node:util';
import { isId } from '@carethread/contracts/ids.ts';
import { ConfigError } from '@carethread/service-kit/config.ts';
import pg from 'pg';
import { readWorkerConfig } from '../config.ts';
import type { Replay } from './replay.ts';
import { replayAll, replayOne } from './replay-stored.ts';

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}

async function run(): Promise<number> {
  const [screeningId] = parseArgs({ allowPositionals: true }).positionals;
  if (screeningId !== undefined && !isId(screeningId))
    throw new ConfigError(`${String(screeningId)} is no id of a screening.`);
  const { WORKER_DATABASE_URL } = readWorkerConfig();
  const pool = new pg.Pool({ connectionString: WORKER_DATABASE_URL, max: 1, pipeline: true });
  pool.on('error', () => {});
  try {
    return screeningId === undefined ? await all(pool) : await single(pool, screeningId);
  } finally {
    await pool.end();
  }
}

async function single(pool: pg.Pool, screeningId: string): Promise<number> {
  const replayed = await replayOne(pool, screeningId);
  console.log(`${screeningId}: ${replayed?.outcome ?? 'there is no such screening'}`);
  return replayed && replayed.outcome !== 'differs' ? 0 : 1;
}

async function all(pool: pg.Pool): Promise<number> {
  const counts: Record<Replay, number> = { reproduced: 0, differs: 0, other_engine: 0, release_gone: 0 };
  for await (const { screeningId, outcome } of replayAll(pool)) {
    counts[outcome] += 1;
    if (outcome === 'differs' || outcome === 'release_gone') console.error(`${screeningId}: ${outcome}`);
  }
  console.log(
    `${counts.reproduced} reproduced, ${counts.differs} differ, ${counts.other_engine} by another engine, ` +
      `${counts.release_gone} whose release is gone.`,
  );
  return counts.differs + counts.release_gone > 0 ? 1 : 0;
}
