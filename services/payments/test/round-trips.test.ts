import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { readConfig } from '@carethread/service-kit/config.ts';
import { type Database, openDatabase } from '@carethread/service-kit/database.ts';
import { createLog } from '@carethread/service-kit/log.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { countRoundTrips, type RoundTripCounter } from '@carethread/service-kit/testing/round-trips.ts';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { cancelPayment } from '../src/cancel-payment/cancel-payment.ts';
import { paymentsConfig, providerFrom, rulesFrom } from '../src/config.ts';
import type { Foundation } from '../src/foundation.ts';
import { PrismaClient } from '../src/generated/prisma/client.ts';
import { refundPayment } from '../src/refund-payment/refund-payment.ts';
import { requestPayment } from '../src/request-payment/request-payment.ts';
import { retryPayment } from '../src/retry-payment/retry-payment.ts';
import { startPayment } from '../src/start-payment/start-payment.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let counter: RoundTripCounter;
let database: Database;
let foundation: Foundation;
beforeAll(async () => {
  world = await startWorld();
  const { env } = world.payments;
  counter = await countRoundTrips(env['DATABASE_URL']!);
  const ends = { workerUrl: env['WORKER_DATABASE_URL']!, onWake: () => {}, onError: () => {} };
  database = openDatabase({ appUrl: counter.url, poolSize: 1, ...ends });
  const config = readConfig(paymentsConfig, env);
  const prisma = new PrismaClient({ adapter: database.prisma });
  const [provider, rules, log] = [providerFrom(config), rulesFrom(config), createLog('payments', 'silent')];
  foundation = { database, prisma, provider, rules, metrics: { count() {} }, log, now: world.now };
  await database.asActor(null, (tx) => tx.query('SELECT 1'));
});
afterAll(async () => {
  await database.close();
  await counter.close();
  await world.close();
});

const caller = (actor: Actor) => ({ actor, requestId: 'request', traceparent: null });

it('every command takes two round trips to the database, its idempotency key and tasks included', async () => {
  const counted: Record<string, number> = {};
  const count = async <Result>(name: string, work: () => Promise<Result | Refusal>): Promise<Result> => {
    let running: Promise<Result | Refusal> | undefined;
    counted[name] = await counter.during(() => (running = work()));
    const result = await running!;
    if (result instanceof Refusal) throw new Error(JSON.stringify(result.userErrors));
    return result;
  };
  const fresh = () => ({ idempotencyKey: newId() });
  const now = async (paymentId: string) => ({
    paymentId,
    expectedVersion: (await world.see(paymentId)).version,
  });

  const wish = {
    ticketId: await world.ticket(),
    amount: { minor: 500, currency: 'EUR' },
    purpose: 'OTHER',
    ...fresh(),
  };
  const { paymentId } = await count('requestPayment', () =>
    requestPayment(foundation, caller(world.doctor), wish),
  );
  const pay = { ...(await now(paymentId)), ...fresh(), paymentMethod: 'pm_flaky_hard_decline' };
  await count('startPayment', () => startPayment(foundation, caller(world.patient), pay));
  // This foundation is not the service's, which finds what is due within half a second.
  while ((await world.see(paymentId)).status !== 'FAILED') await world.quiet();
  const again = { ...(await now(paymentId)), ...fresh(), paymentMethod: 'pm_card_visa' };
  await count('retryPayment', () => retryPayment(foundation, caller(world.patient), again));
  while ((await world.see(paymentId)).status !== 'SUCCEEDED') await world.quiet();
  const back = { ...(await now(paymentId)), ...fresh(), minor: 100, reason: 'GOODWILL' };
  await count('refundPayment', () => refundPayment(foundation, caller(world.administrator), back));
  const other = await world.request();
  const cancel = { ...(await now(other.id)), reason: 'PATIENT_WISH' };
  await count(
    'cancelPayment',
    async () => (await cancelPayment(foundation, caller(world.patient), cancel)).payment,
  );
  expect(counted).toEqual({
    requestPayment: 2,
    startPayment: 2,
    retryPayment: 2,
    refundPayment: 2,
    cancelPayment: 2,
  });
});
