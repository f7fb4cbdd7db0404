import type { Tx } from '@carethread/bus/transaction.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import type { Movement, PaymentProvider } from '../provider/provider.ts';
import { type Booked, compare, type Compared, type Unsettled } from './compare.ts';

export interface Reconciliation extends Compared {
  readonly provider: string;
  readonly balances: readonly { account: string; currency: string; minor: string }[];
}

/** How far clocks, and the ways by which news reach us, may put a movement from one book's span into the other's. */
const margin = 3 * 86_400_000;

const booked = `SELECT t.kind, split_part(t.reference, ':', 2) AS reference, t.payment_id AS "paymentId", t.posted_at AS at,
    jsonb_build_object('minor', abs(e.minor), 'currency', e.currency) AS amount
  FROM ledger_transaction AS t JOIN ledger_entry AS e ON e.transaction_id = t.id AND e.account = 'provider:' || $3
  WHERE t.posted_at >= $1 AND t.posted_at < $2`;
const unsettled = `SELECT id AS reference, payment_id AS "paymentId" FROM attempt WHERE status IN ('sending', 'processing', 'unknown')
  UNION ALL SELECT id, payment_id FROM refund WHERE status IN ('sending', 'sent')`;
const balances = `SELECT account, currency, sum(minor)::text AS minor FROM ledger_entry
  JOIN ledger_transaction ON id = transaction_id WHERE posted_at < $1 GROUP BY account, currency ORDER BY account, currency`;

/**
 * Our books beside the provider's, for movements in a span of time. The provider is read first: what is booked meanwhile
 * is then in ours, and not missing in theirs.
 */
export async function reconcile(
  { database, provider }: { database: Pick<Database, 'asWorker'>; provider: PaymentProvider },
  from: Date,
  until: Date,
): Promise<Reconciliation> {
  const [early, late] = [new Date(from.getTime() - margin), new Date(until.getTime() + margin)];
  const theirs: Movement[] = [];
  for await (const movement of provider.movements(early, late)) theirs.push(movement);
  const read = async (tx: Tx) =>
    Promise.all([
      tx.query<Booked>(booked, [early, late, provider.name]),
      tx.query<Unsettled>(unsettled),
      tx.query<Reconciliation['balances'][number]>(balances, [until]),
    ]);
  const [ours, open, held] = await database.asWorker(read);
  const compared = compare(ours, theirs, open, (at) => at >= from && at < until);
  return { provider: provider.name, ...compared, balances: held };
}
