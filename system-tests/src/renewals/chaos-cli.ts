/** `npm run chaos:renewals -- --renewals 500 --kill-every 10`: see chaos.ts. On a platform of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPlatform } from '@carethread/local-stack/platform.ts';
import { setStage } from '../story/stage.ts';
import { chaosOfRenewals, impatient } from './chaos.ts';

const { values } = parseArgs({
  options: {
    renewals: { type: 'string', default: '500' },
    'kill-every': { type: 'string', default: '10' },
  },
});
const dataDir = await mkdtemp(join(tmpdir(), 'carethread-chaos-'));
console.log('Starting a platform of its own …');
const platform = await startPlatform({ dataDir });
try {
  await platform.processes.payments.restart(impatient);
  await platform.processes.payments.untilReady();
  const stage = await setStage(platform.url, () => {});
  const outcome = await chaosOfRenewals(platform, stage, {
    renewals: Number(values.renewals),
    killEvery: Number(values['kill-every']),
    say: (line) => console.log(line),
  });
  await stage.close();
  console.log(JSON.stringify(outcome, null, 2));
  const { wrong, stuck, exceptions } = outcome;
  process.exitCode = wrong.length + stuck.length + exceptions.length > 0 ? 1 : 0;
} finally {
  await platform.stop();
  await rm(dataDir, { recursive: true, force: true });
}
