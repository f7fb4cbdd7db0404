import { setTimeout as pause } from 'node:timers/promises';
import type { Platform } from '@carethread/local-stack/platform.ts';
import { Client } from '../client.ts';
import type { Stage } from '../story/stage.ts';
import { usedUp } from '../used-up.ts';
import { insist, life, type Fate, type Staff } from './life.ts';
import { renewing, rowsOf } from './patients.ts';

export interface ChaosOutcome {
  kills: number;
  /** How many renewals ended in each state. */
  states: Record<string, number>;
  /** Renewals of which something else was kept than their price or nothing, with what was kept. */
  wrong: string[];
  /** Movements that are not the same in our books and the provider's. */
  exceptions: object[];
  /** Renewals that did not come to an end, or whose money is neither settled nor a person's. */
  stuck: string[];
}

/** Retries and questions follow at once, so that hours of a provider's bad day fit into minutes. */
export const impatient = {
  PROVIDER_TIMEOUT_MS: '1500',
  PAYMENT_RETRY_SECONDS: '1',
  PAYMENT_ASK_SECONDS: '1,2,4',
  PAYMENT_SETTLE_SECONDS: '4',
};

const victims = ['payments', 'prescriptions', 'tickets', 'broker'] as const;

/**
 * Renewals at a provider that misbehaves at random, while processes and broker are killed at random; then every patient's
 * money is counted. @param killEvery how many renewals are begun between two kills
 */
export async function chaosOfRenewals(
  platform: Platform,
  stage: Stage,
  { renewals, killEvery, say }: { renewals: number; killEvery: number; say: (line: string) => void },
): Promise<ChaosOutcome> {
  const url = platform.url;
  const likeId = await usedUp(stage);
  const staff = staffOf(url);
  let kills = 0;
  let striking: Promise<void> = Promise.resolve();
  const strike = async () => {
    await pause(Math.random() * 400);
    const victim = victims[Math.floor(Math.random() * victims.length)]!;
    say(`  ${victim} is killed`);
    if (victim === 'broker') {
      await platform.rabbitMq.kill();
      await platform.rabbitMq.start();
    } else {
      platform.processes[victim].signal('SIGKILL');
      await platform.processes[victim].untilReady(120_000);
    }
    kills += 1;
  };
  let left = renewals;
  const ids: string[] = [];
  const liveSome = async () => {
    while (left > 0) {
      left -= 1;
      const number = renewals - left;
      const one = await insist(async () => {
        const { admin, doctor } = await staff();
        return renewing(platform, { doctor }, admin, likeId);
      });
      if (number % killEvery === 0) {
        striking = striking.then(strike);
        // A strike that fails is heard of below, when all are awaited.
        striking.catch(() => {});
      }
      ids.push(await life(one, staff, anyFate(), 300_000));
      if (ids.length % 25 === 0) say(`${ids.length} renewals are over, ${kills} kills`);
    }
  };
  await Promise.all(Array.from({ length: 5 }, liveSome));
  await striking;
  const { admin } = await staff();
  return { kills, ...(await countMoney(platform, admin, ids)) };
}

const anyFate = (): Fate => ({
  paymentMethod: 'pm_flaky_random',
  cancelAfterMs: Math.random() < 0.25 ? Math.random() * 6_000 : null,
  declined: Math.random() < 0.15,
});

/** The staff, signed in anew before their tokens end. */
function staffOf(url: string): () => Promise<Staff> {
  let current: Promise<Staff> | undefined;
  let since = 0;
  return () => {
    if (!current || performance.now() - since > 240_000) {
      since = performance.now();
      const [admin, doctor] = ['admin', 'doctor'].map((name) =>
        insist(() => Client.signIn(url, `${name}@demo.example`)),
      );
      current = Promise.all([admin!, doctor!]).then(([a, d]) => ({ admin: a, doctor: d }));
    }
    return current;
  };
}

interface Row {
  id: string;
  state: string;
  money: string;
  price: number;
}
const all = 'SELECT id, state, money, price_minor AS price FROM renewal WHERE id = ANY($1)';
const keptByProvider = `SELECT p.subject_id AS id, coalesce(sum(e.minor), 0)::int AS kept,
    EXISTS (SELECT 1 FROM payment_task t WHERE t.payment_id = p.id AND t.resolution IS NULL) AS "withPerson"
  FROM payment p LEFT JOIN ledger_transaction l ON l.payment_id = p.id
    LEFT JOIN ledger_entry e ON e.transaction_id = l.id AND e.account LIKE 'provider:%'
  WHERE p.subject_id = ANY($1) GROUP BY p.id`;

async function countMoney(
  platform: Platform,
  admin: Client,
  ids: string[],
): Promise<Omit<ChaosOutcome, 'kills'>> {
  const rows = await rowsOf<Row>(platform, 'prescriptions', all, [ids]);
  const kept = new Map(
    (
      await rowsOf<{ id: string; kept: number; withPerson: boolean }>(platform, 'payments', keptByProvider, [
        ids,
      ])
    ).map((each) => [each.id, each]),
  );
  const isSettled = ({ id, state, money }: Row) =>
    state === 'closed' || kept.get(id)?.withPerson
      ? true
      : ['declined', 'cancelled', 'expired'].includes(state) && ['back', 'never_taken'].includes(money);
  const span = { from: new Date(Date.now() - 86_400_000), until: new Date(Date.now() + 3_600_000) };
  const { paymentReconciliation } = await admin.do(
    `query ($from: DateTime!, $until: DateTime!) { paymentReconciliation(from: $from, until: $until) {
       exceptions { kind reference ours { minor } theirs { minor } expected } } }`,
    span,
  );
  const states: Record<string, number> = {};
  for (const { state } of rows) states[state] = (states[state] ?? 0) + 1;
  return {
    states,
    wrong: rows
      .filter(({ id, state, price }) => (kept.get(id)?.kept ?? 0) !== (state === 'closed' ? price : 0))
      .map(({ id, state }) => `${id} ${state}: ${kept.get(id)?.kept}`),
    exceptions: paymentReconciliation.exceptions,
    stuck: rows.filter((row) => !isSettled(row)).map(({ id, state, money }) => `${id} ${state} ${money}`),
  };
}
