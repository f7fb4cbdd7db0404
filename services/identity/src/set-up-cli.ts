/**
 * `node src/set-up-cli.ts --organisation … --city … --time-zone … --jurisdiction … --email … --name …` with
 * OWNER_DATABASE_URL and the password on standard input: makes the first administrator of an installation.
 */
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { openPool } from '@carethread/bus/worker-pool.ts';
import { ConfigError } from '@carethread/service-kit/config.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { readSetUpConfig } from './config.ts';
import { setUp } from './set-up/set-up.ts';

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}

async function run(): Promise<number> {
  const option = { type: 'string', default: '' } as const;
  const { values } = parseArgs({
    options: {
      organisation: option,
      city: option,
      'time-zone': option,
      jurisdiction: option,
      email: option,
      name: option,
    },
  });
  const { OWNER_DATABASE_URL } = readSetUpConfig();
  const input = {
    organisation: {
      name: values.organisation,
      city: values.city,
      timeZone: values['time-zone'],
      jurisdiction: values.jurisdiction,
    },
    administrator: {
      email: values.email,
      displayName: values.name,
      password: (await text(process.stdin)).replace(/\r?\n$/, ''),
    },
  };
  const owner = openPool(OWNER_DATABASE_URL, 1);
  try {
    const outcome = await setUp(owner, input, new Date());
    if (!(outcome instanceof Refusal)) console.log(`${outcome.email} is the first administrator`);
    else for (const { message } of outcome.userErrors) console.error(message);
    return outcome instanceof Refusal ? 2 : 0;
  } finally {
    await owner.end();
  }
}
