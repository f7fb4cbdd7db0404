import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.close());

/** The command as an operator runs it, asynchronously: the simulator it asks is in this process. */
const run = (...args: string[]) =>
  new Promise<{ code: number; text: string }>((resolve) => {
    // What `npm run reconcile` hands it, and no more.
    const { WORKER_DATABASE_URL, ...rest } = world.payments.env;
    const provider = Object.entries(rest).filter(([name]) => /^(PAYMENT_PROVIDER|PROVIDER_)/.test(name));
    const env = { ...process.env, WORKER_DATABASE_URL, ...Object.fromEntries(provider) };
    execFile(process.execPath, ['src/reconcile/reconcile-cli.ts', ...args], { env }, (error, stdout) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, text: stdout }),
    );
  });

it('the operator’s command lays both books side by side, and ends with 1 when they differ', async () => {
  const { id } = await world.pay('pm_card_visa');
  const same = await run();
  expect(same.text).toContain('1 movements are the same in both books, 0 are not');
  expect(same.text).toContain('provider:flaky  49.00 EUR');
  expect(same.code).toBe(0);

  const { intents } = world.simulator.books;
  const [intent] = [...intents.values()].filter(({ metadata }) => metadata['payment'] === id);
  intents.delete(intent!.id);
  const other = await run();
  expect(other.text).toMatch(/missing_there charge [0-9a-f-]{36}: ours 49\.00 EUR/);
  expect(other.code).toBe(1);
  expect((await run('--from', 'yesterday')).code).toBe(2);
});
