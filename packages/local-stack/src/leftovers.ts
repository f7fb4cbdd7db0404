import { join } from 'node:path';
import { endLeftover } from './background-process.ts';
import { endPostgresLeftover } from './postgres.ts';
import { endNodeLeftover } from './rabbitmq-node.ts';
import { mainOf, pidFileOf, processNames } from './service-table.ts';

/**
 * Ends the processes of a platform that was itself killed and could not end them. The caller holds the folder's lock or
 * knows that nobody does.
 */
export async function endLeftovers(dataDir: string): Promise<void> {
  await Promise.all(
    processNames.map((name) =>
      endLeftover(pidFileOf(dataDir, name), mainOf(name), [
        ['SIGTERM', 3_000],
        ['SIGKILL', 3_000],
      ]),
    ),
  );
  await Promise.all([
    endPostgresLeftover(join(dataDir, 'postgres')),
    endNodeLeftover(join(dataDir, 'rabbitmq')),
  ]);
}
