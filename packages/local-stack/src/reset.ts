import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endLeftovers } from './leftovers.ts';
import { removeClusterElsewhere } from './postgres-location.ts';
import { removeFromDocker } from './rabbitmq-docker.ts';
import { whoRuns } from './run-lock.ts';

/** Everything the platform writes into its data folder. Nothing else in there is ever removed. */
const ours = [
  'logs',
  'ports.json',
  'postgres',
  'rabbitmq',
  'run',
  'running.json',
  'secrets.json',
  'supergraph',
];

/**
 * Removes all data of the platform from its folder, and ends what a killed platform left running there. Refuses (throws)
 * while a platform runs on it. Returns what was removed.
 */
export async function resetData(dataDir: string): Promise<string[]> {
  const holder = await whoRuns(dataDir);
  if (holder) {
    throw new Error(
      `Carethread runs on ${dataDir} (process ${holder.pid}). Stop it with Ctrl-C first, then reset.`,
    );
  }
  const present = (await readdir(dataDir).catch(() => [])).filter((name) => ours.includes(name));
  await endLeftovers(dataDir);
  await removeClusterElsewhere(join(dataDir, 'postgres'));
  await removeFromDocker(join(dataDir, 'rabbitmq'));
  for (const name of present) await rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 5 });
  return present;
}
