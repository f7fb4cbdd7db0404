/**
 * `npm run rotate-column-keys`, with OWNER_DATABASE_URL, KEY_ENCRYPTION_KEY (the new key) and FORMER_KEY_ENCRYPTION_KEYS:
 * seals anew what former keys have sealed. Can be stopped and begun again; afterwards the former keys may go.
 */
import { openPool } from '@carethread/bus/worker-pool.ts';
import { ConfigError } from '@carethread/service-kit/config.ts';
import { readRotationConfig } from './config.ts';
import { rotateColumnKeys } from './rotate-column-keys/rotate-column-keys.ts';
import { sealingKeys } from './tokens/sealed.ts';

try {
  const config = readRotationConfig();
  const owner = openPool(config.OWNER_DATABASE_URL, 1);
  try {
    const keys = sealingKeys(config.KEY_ENCRYPTION_KEY, config.FORMER_KEY_ENCRYPTION_KEYS);
    for (const [table, rows] of Object.entries(await rotateColumnKeys(owner, keys)))
      console.log(`${table}: ${rows} sealed anew`);
  } finally {
    await owner.end();
  }
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
