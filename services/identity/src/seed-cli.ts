/**
 * `node src/seed-cli.ts [--pharmacies N]` with OWNER_DATABASE_URL: writes the demonstration's people and organisations,
 * N pharmacies all in all (2 without it). Refuses in production: everybody knows the password.
 */
import { parseArgs } from 'node:util';
import { openPool } from '@carethread/bus/worker-pool.ts';
import { ConfigError } from '@carethread/service-kit/config.ts';
import { readSetUpConfig } from './config.ts';
import { seedDemo } from './demo/seed.ts';

const { values } = parseArgs({ options: { pharmacies: { type: 'string', default: '2' } } });
try {
  await seed(Number(values.pharmacies));
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}

async function seed(pharmacies: number): Promise<void> {
  const config = readSetUpConfig();
  if (config.NODE_ENV === 'production')
    throw new ConfigError('Demonstration accounts are not made in production.');
  if (!Number.isInteger(pharmacies) || pharmacies < 2 || pharmacies > 1000)
    throw new ConfigError('--pharmacies must be a number from 2 to 1000.');
  const owner = openPool(config.OWNER_DATABASE_URL, 1);
  try {
    const { people } = await seedDemo(owner, pharmacies, new Date());
    console.log(
      people === 0 ? 'the demonstration is complete' : `added ${people} people to the demonstration`,
    );
  } finally {
    await owner.end();
  }
}
