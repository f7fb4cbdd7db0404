import { readFileSync } from 'node:fs';
import { createHmac } from 'node:crypto';
import { newId } from '@carethread/contracts/ids.ts';
import { mutationText } from '@carethread/service-kit/testing/mutation-text.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { booksAgree } from './books-agree.ts';
import { until } from './instance.ts';
import { type OwnProcess, startOwnProcess } from './own-process.ts';

let own: OwnProcess;
beforeAll(async () => void (own = await startOwnProcess(1)), 60_000);
afterAll(() => own.close());

const chargesOf = (paymentId: string) =>
  [...own.simulator.books.intents.values()].filter(({ metadata }) => metadata['payment'] === paymentId);
const becomes = (paymentId: string, status: string) =>
  until(async () => (await own.statuses())[paymentId] === status, `${paymentId} is ${status}`);

describe('a process that dies', () => {
  it('while the provider takes the money: it is taken once, and the next process finds out', async () => {
    const [service] = own.instances;
    own.simulator.onCharge = () => {
      own.simulator.onCharge = () => {};
      void service!.kill();
    };
    const begun = own.begin('pm_flaky_no_webhook');
    await until(async () => own.simulator.books.intents.size === 1, 'the provider has the charge');
    await service!.ended();
    await service!.start();
    const { paymentId } = await begun;
    await becomes(paymentId, 'succeeded');
    expect(chargesOf(paymentId)).toHaveLength(1);
    const [attempt] = await own.payments.sql('SELECT number, status FROM attempt WHERE payment_id = $1', [
      paymentId,
    ]);
    expect(attempt).toEqual({ number: 1, status: 'succeeded' });
    await booksAgree(own);
  });

  it.each([
    // Nothing was sent: the provider says so, and only then another try is made.
    ['afterLeaseBeforeCall', 2],
    ['afterCallBeforeRecord', 1],
  ])(
    'at %s: it is taken once',
    async (failpoint, tries) => {
      const [service] = own.instances;
      await service!.kill();
      await service!.start({ CARETHREAD_FAILPOINTS: `${failpoint}=#1` });
      const begun = own.begin('pm_flaky_no_webhook');
      await service!.ended();
      await service!.start();
      const { paymentId } = await begun;
      await becomes(paymentId, 'succeeded');
      expect(chargesOf(paymentId)).toHaveLength(1);
      const attempts = await own.payments.sql('SELECT status FROM attempt WHERE payment_id = $1', [
        paymentId,
      ]);
      expect(attempts).toHaveLength(tries);
      await booksAgree(own);
    },
    120_000,
  );

  it('between two automatic tries: the next process goes on where it was', async () => {
    const [service] = own.instances;
    const { paymentId } = await own.begin('pm_flaky_soft_decline_then_soft_decline_then_success');
    await until(async () => chargesOf(paymentId).length >= 1, 'the first try was made');
    await service!.kill();
    await service!.start();
    await becomes(paymentId, 'succeeded');
    expect(chargesOf(paymentId).map(({ status }) => status)).toEqual([
      'requires_payment_method',
      'requires_payment_method',
      'succeeded',
    ]);
    await booksAgree(own);
  });
});

/** Whether a row of digits could be a card's: the right length, a network's first digit, and the check digit fits. */
function couldBeCard(digits: string): boolean {
  const sum = [...digits].toReversed().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return /^[3-6]\d{12,18}$/.test(digits) && sum % 10 === 0;
}
/** Ids, ours and the provider's, and checksums hold rows of digits by chance; they are no text anybody has written. */
const ids = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[a-z]{2,6}_[0-9a-f]{24}\b|\b[0-9a-f]{32,}\b/g;
const cardsIn = (text: string): string[] =>
  (text.replaceAll(ids, 'id').match(/(?<![\d.])\d(?:[ -]?\d){12,18}(?!\d)/g) ?? [])
    .map((found) => found.replaceAll(/[ -]/g, ''))
    .filter(couldBeCard);

describe('card data (P-11)', () => {
  it('is in no log and no table, even when somebody sends it', async () => {
    const card = '4242424242424242';
    expect(cardsIn(`x ${card} y 4242 4242 4242 4242 z 5555-5555-5555-4444`)).toHaveLength(3);
    const { paymentId } = await own.begin('pm_flaky_hard_decline');
    await becomes(paymentId, 'failed');
    const pay = mutationText('retryPayment', 'payment { id }');
    for (const paymentMethod of [card, `pm_${card}`, '4242 4242 4242 4242']) {
      const input = { paymentId, expectedVersion: 5, paymentMethod, idempotencyKey: newId() };
      const { retryPayment } = await own.payments.query(own.patient, pay, { input });
      expect(retryPayment.userErrors[0]).toMatchObject({ code: 'INVALID', path: ['input', 'paymentMethod'] });
      expect(JSON.stringify(retryPayment)).not.toContain('4242');
    }
    const event = {
      id: `evt_${newId()}`,
      object: 'event',
      type: 'payment_intent.succeeded',
      data: {
        object: {
          id: 'pi_x',
          object: 'payment_intent',
          status: 'succeeded',
          metadata: { reference: newId() },
          card,
        },
      },
    };
    const body = JSON.stringify(event);
    const at = Math.floor(Date.now() / 1000);
    const signature = createHmac('sha256', 'whsec_simulator').update(`${at}.${body}`).digest('hex');
    const url = `http://127.0.0.1:${own.instances[0]!.port}/webhooks/flaky`;
    const headers = { 'stripe-signature': `t=${at},v1=${signature}` };
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(204);

    const log = readFileSync(own.logFile, 'utf8');
    expect(log).toContain('"service":"payments"');
    expect(cardsIn(log)).toEqual([]);
    const tables = await own.payments.sql<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'bus')`,
    );
    expect(tables.length).toBeGreaterThan(10);
    for (const { name } of tables) {
      const rows = await own.payments.sql<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t`);
      expect({ name, cards: cardsIn(rows.map(({ row }) => row).join('\n')) }).toEqual({ name, cards: [] });
    }
  });
});
