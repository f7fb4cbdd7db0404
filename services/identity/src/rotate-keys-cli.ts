/**
 * `node src/rotate-keys-cli.ts [--leaked KID]` with WORKER_DATABASE_URL and KEY_ENCRYPTION_KEY: publishes a new signing key
 * now, which signs in half an hour; with --leaked, that key is void at once and the new one signs at once.
 */
import { parseArgs } from 'node:util';
import { openPool } from '@carethread/bus/worker-pool.ts';
import { inTransaction } from '@carethread/bus/transaction.ts';
import { ConfigError } from '@carethread/service-kit/config.ts';
import { readKeyConfig } from './config.ts';
import { loadKeys, rotate } from './tokens/key-store.ts';
import { sealingKeys } from './tokens/sealed.ts';

const { values } = parseArgs({ options: { leaked: { type: 'string' } } });
try {
  process.exitCode = await run(values.leaked);
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}

async function run(leaked: string | undefined): Promise<number> {
  const config = readKeyConfig();
  const sealing = sealingKeys(config.KEY_ENCRYPTION_KEY, config.FORMER_KEY_ENCRYPTION_KEYS);
  const pool = openPool(config.WORKER_DATABASE_URL, 1);
  const wish = leaked ? ({ kind: 'leaked', kid: leaked } as const) : ({ kind: 'wanted' } as const);
  try {
    const { rotation, keys } = await inTransaction(pool, async (tx) => {
      const made = await rotate(tx, wish, sealing, new Date());
      return { rotation: made, keys: await loadKeys(tx) };
    });
    for (const { kid, signsFrom, verifiesUntil } of keys)
      console.log(
        `${kid}  signs from ${signsFrom.toISOString()}  verifies until ${verifiesUntil?.toISOString() ?? 'its successor has signed for a while'}`,
      );
    if (rotation) return 0;
    console.error(leaked ? `There is no key ${leaked}.` : 'A new key is on its way already.');
    return leaked ? 2 : 0;
  } finally {
    await pool.end();
  }
}
