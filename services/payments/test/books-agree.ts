import { readConfig } from '@carethread/service-kit/config.ts';
import { expect } from '@jest/globals';
import { paymentsConfig, providerFrom } from '../src/config.ts';
import { reconcile } from '../src/reconcile/reconcile.ts';
import type { World } from './world.ts';

const span = 86_400_000 * 20;

/** Every movement stands in our books and in the simulator's, with the same amount, and no account is off. */
export async function booksAgree({
  payments,
  simulator,
}: Pick<World, 'payments' | 'simulator'>): Promise<void> {
  const provider = providerFrom(readConfig(paymentsConfig, payments.env));
  const { database } = payments.service;
  const [from, until] = [new Date(Date.now() - span), new Date(Date.now() + span)];
  const { exceptions, matched, balances } = await reconcile({ database, provider }, from, until);
  expect(exceptions).toEqual([]);
  const { intents, refunds } = simulator.books;
  const moved = [...intents.values(), ...refunds.values()].filter(({ status }) => status === 'succeeded');
  expect(matched).toBe(moved.length);
  const sums = new Map<string, number>();
  for (const { currency, minor } of balances) sums.set(currency, (sums.get(currency) ?? 0) + Number(minor));
  expect([...sums.values()].filter((sum) => sum !== 0)).toEqual([]);
}
