/**
 * Payments of a provider that misbehaves at random, by processes that are killed at random; then the books are checked.
 * `npm run chaos:payments -- --payments 500`
 */
import { parseArgs } from 'node:util';
import type { TicketId } from '@carethread/contracts/ids.ts';
import { readConfig } from '@carethread/service-kit/config.ts';
import { paymentsConfig, providerFrom } from '../src/config.ts';
import { reconcile } from '../src/reconcile/reconcile.ts';
import { until } from './instance.ts';
import { startOwnProcess } from './own-process.ts';

export interface Outcome {
  kills: number;
  /** How many payments ended in each status. */
  statuses: Record<string, number>;
  /** Payments of which the provider kept something else than their status says. */
  wrong: string[];
  /** Movements that are not the same in both books. */
  exceptions: readonly object[];
  /** Payments that did not come to an end. */
  stuck: string[];
}

const restful = ['succeeded', 'failed', 'cancelled', 'refunded'];

/** @param killEvery how many payments are begun between two kills */
export async function chaos({
  payments,
  killEvery,
  say,
}: {
  payments: number;
  killEvery: number;
  say: (line: string) => void;
}): Promise<Outcome> {
  const own = await startOwnProcess(2);
  let kills = 0;
  try {
    const begun: { paymentId: string; ticketId: TicketId }[] = [];
    /** Somewhere in the work on what was just begun; where exactly is left to chance. One at a time. */
    let striking: Promise<void> = Promise.resolve();
    const strike = async () => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 100));
      const victim = own.instances[Math.floor(Math.random() * own.instances.length)]!;
      await victim.kill();
      kills += 1;
      await victim.start();
    };
    let left = payments;
    const beginSome = async () => {
      while (left > 0) {
        left -= 1;
        const one = await own.begin('pm_flaky_random');
        begun.push(one);
        if (begun.length % killEvery === 0) striking = after(striking, strike);
        if (begun.length % 50 === 0) say(`${begun.length} payments begun, ${kills} kills`);
        if (Math.random() < 0.3) await own.cancelTicket(one.ticketId);
      }
    };
    await Promise.all(Array.from({ length: 4 }, beginSome));
    await striking;
    say(`${begun.length} payments begun, ${kills} kills; waiting for the end`);
    const isOver = async () => {
      await own.simulator.settle();
      return Object.values(await own.statuses()).every((status) => restful.includes(status));
    };
    await until(isOver, 'all payments come to an end', 120_000).catch(() => say('Not all came to an end.'));
    await own.simulator.webhooks.idle();

    const statuses = await own.statuses();
    const { intents, refunds } = own.simulator.books;
    const keptOf = (paymentId: string) => {
      const taken = [...intents.values()].filter(
        ({ metadata, status }) => metadata['payment'] === paymentId && status === 'succeeded',
      );
      const back = [...refunds.values()].filter(
        ({ payment_intent, status }) =>
          status === 'succeeded' && taken.some(({ id }) => id === payment_intent),
      );
      return (
        taken.reduce((sum, each) => sum + each.amount_received, 0) -
        back.reduce((sum, each) => sum + each.amount, 0)
      );
    };
    const ids = Object.keys(statuses);
    const provider = providerFrom(readConfig(paymentsConfig, own.payments.env));
    const { database } = own.payments.service;
    const day = 86_400_000;
    const span = [new Date(Date.now() - day), new Date(Date.now() + day)] as const;
    const { exceptions } = await reconcile({ database, provider }, ...span);
    return {
      kills,
      statuses: Object.fromEntries(
        Object.entries(Object.groupBy(Object.values(statuses), (status) => status)).map(([status, all]) => [
          status,
          all!.length,
        ]),
      ),
      wrong: ids.filter((id) => keptOf(id) !== (statuses[id] === 'succeeded' ? 4_900 : 0)),
      exceptions,
      stuck: ids.filter((id) => !restful.includes(statuses[id]!)),
    };
  } finally {
    await own.close();
  }
}

async function after(earlier: Promise<void>, work: () => Promise<void>): Promise<void> {
  await earlier;
  await work();
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      payments: { type: 'string', default: '500' },
      'kill-every': { type: 'string', default: '10' },
    },
  });
  const outcome = await chaos({
    payments: Number(values.payments),
    killEvery: Number(values['kill-every']),
    say: (line) => console.log(line),
  });
  console.log(JSON.stringify(outcome, null, 2));
  process.exitCode = outcome.wrong.length + outcome.stuck.length + outcome.exceptions.length > 0 ? 1 : 0;
}
