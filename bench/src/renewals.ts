/**
 * `npm run bench:renewals -- --renewals 60 --lanes 4`: renewals per second from the wish to the approval, and how long each
 * answer takes, beside this machine's own yardsticks. On a platform of its own, with a provider that behaves.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPlatform } from '@carethread/local-stack/platform.ts';
import { Client, type Data } from '@carethread/system-tests/client.ts';
import { renewing, type Renewing } from '@carethread/system-tests/renewals/patients.ts';
import { eventually } from '@carethread/system-tests/story/expect.ts';
import { setStage } from '@carethread/system-tests/story/stage.ts';
import { usedUp } from '@carethread/system-tests/used-up.ts';
import { timingOf } from './measure.ts';
import { report } from './report.ts';
import { yardsticks } from './yardsticks.ts';

const { values } = parseArgs({
  options: { renewals: { type: 'string', default: '60' }, lanes: { type: 'string', default: '4' } },
});
const count = Number(values.renewals);
const lanes = Number(values.lanes);
const dataDir = await mkdtemp(join(tmpdir(), 'carethread-bench-'));
console.log('Starting a platform of its own …');
const platform = await startPlatform({ dataDir });
try {
  const stage = await setStage(platform.url, () => {});
  const admin = await Client.signIn(platform.url, 'admin@demo.example');
  console.log(`Registering ${count} patients, each with a prescription …`);
  const likeId = await usedUp(stage);
  const people: Renewing[] = [];
  for (let n = 0; n < count; n++) people.push(await renewing(platform, stage, admin, likeId));
  const sticks = await yardsticks(platform.postgres.adminUrl, platform.adminAmqpUrl, 2);
  console.log('Renewing …');
  const times: Record<string, number[]> = {
    requestRenewal: [],
    startPayment: [],
    approveRenewal: [],
    whole: [],
  };
  const timed = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    const from = performance.now();
    const result = await work();
    times[name]!.push(performance.now() - from);
    return result;
  };
  const startedAt = performance.now();
  const left = [...people];
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let one = left.pop(); one; one = left.pop()) {
        const each = one;
        await timed('whole', () => renew(each, admin, timed));
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const row = (label: string, name: string) =>
    [label, timingOf(times[name]!, seconds)] as [string, ReturnType<typeof timingOf>];
  console.log(
    report(sticks, [
      row('requestRenewal', 'requestRenewal'),
      row('startPayment', 'startPayment'),
      row('approveRenewal', 'approveRenewal'),
      row(`asked, paid, approved, ${lanes} at once`, 'whole'),
    ]),
  );
  await Promise.all([admin.close(), stage.close(), ...people.map(({ patient }) => patient.close())]);
} finally {
  await platform.stop();
  await rm(dataDir, { recursive: true, force: true });
}

type Timed = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;

/** From the wish to the approval; the waiting between the answers is for events. */
async function renew({ patient, prescriptionId }: Renewing, admin: Client, timed: Timed): Promise<void> {
  const key = () => crypto.randomUUID();
  const wish = { prescriptionId, idempotencyKey: key() };
  const { renewal } = await timed('requestRenewal', () =>
    patient.change('requestRenewal', wish, 'renewal { id }'),
  );
  const read = 'query ($id: ID!) { renewal(id: $id) { state version payment { id version } } }';
  const until = (holds: (now: Data) => unknown, what: string) =>
    eventually(
      async () => {
        const now = (await patient.do(read, { id: renewal.id }))['renewal'];
        return holds(now) && now;
      },
      what,
      60_000,
    );
  const { payment } = await until((now) => now['payment']?.version, 'the payment is there');
  const pay = { idempotencyKey: key(), paymentId: payment.id, expectedVersion: payment.version };
  await timed('startPayment', () =>
    patient.change('startPayment', { ...pay, paymentMethod: 'pm_card_visa' }, 'payment { id }'),
  );
  const { version } = await until((now) => now['state'] === 'AWAITING_APPROVAL', 'it is paid');
  await timed('approveRenewal', () =>
    admin.change('approveRenewal', { renewalId: renewal.id, expectedVersion: version }, 'renewal { id }'),
  );
}
