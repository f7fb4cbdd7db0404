import { newId } from '@carethread/contracts/ids.ts';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { tokenFor } from '../src/simulator/cases.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => void (world = await startWorld({ PROVIDER_TIMEOUT_MS: '500' })));
afterAll(() => world.close());

/** The numbers of payments, by name and label. */
async function numbers(): Promise<Record<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${world.payments.service.port}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith('payment_'));
  return Object.fromEntries(
    lines.map((line) => {
      const [name, value] = line.split(/ (?=[^ ]+$)/);
      return [name!.replace(/,?service="payments"/, '').replace('{}', ''), Number(value)];
    }),
  );
}

it('the numbers of the service say what became of attempts, and what waits', async () => {
  await world.pay('pm_card_visa');
  await world.pay(tokenFor('hard_decline'));
  expect(await numbers()).toMatchObject({
    'payment_attempts_total{outcome="started"}': 2,
    'payment_attempts_total{outcome="succeeded"}': 1,
    'payment_attempts_total{outcome="declined"}': 1,
    payment_unknown_age_seconds: 0,
    payment_tasks_open: 0,
    payment_webhook_lag_seconds: 0,
  });
  const unknown = await world.pay(tokenFor('timeout_before'));
  await world.payments.sql(
    `INSERT INTO payment_task (id, payment_id, kind, subject, owner_id, opened_at) VALUES ($1, $2, 'disputed', 'x', $3, now())`,
    [newId(), unknown.id, world.doctor.userId],
  );
  await world.payments.sql(
    `INSERT INTO webhook (id, provider, event_id, type, notice, status, received_at)
     VALUES ($1, 'flaky', 'evt_1', 'charge.succeeded', '{}', 'received', now() - interval '90 seconds')`,
    [newId()],
  );
  await world.payments.sql(
    `UPDATE attempt SET started_at = now() - interval '1 hour' WHERE payment_id = $1`,
    [unknown.id],
  );
  const now = await numbers();
  expect(now['payment_attempts_total{outcome="unknown"}']).toBe(1);
  expect(now['payment_tasks_open']).toBe(1);
  expect(now['payment_unknown_age_seconds']).toBeGreaterThanOrEqual(3_600);
  expect(now['payment_webhook_lag_seconds']).toBeGreaterThanOrEqual(90);
});
