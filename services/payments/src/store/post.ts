import type { Tx } from '@carethread/bus/transaction.ts';
import { derivedId, type PaymentId } from '@carethread/contracts/ids.ts';
import type { Posting } from '../ledger/posting.ts';

const insertTransaction = `INSERT INTO ledger_transaction (id, reference, payment_id, kind, posted_at)
  VALUES ($1, $2, $3, $4, $5)`;
const insertEntries = `INSERT INTO ledger_entry (transaction_id, account, minor, currency)
  VALUES ($1, $2, $4, $5), ($1, $3, -$4::int, $5)`;

/** Enters a movement in the books. A second time is an error, and rolls back what it came with. */
export function post(tx: Tx, paymentId: PaymentId, posting: Posting): void {
  const { reference, kind, amount, debit, credit, at } = posting;
  const id = derivedId<'LedgerTransaction'>(paymentId, reference);
  tx.send(insertTransaction, [id, reference, paymentId, kind, at]);
  tx.send(insertEntries, [id, debit, credit, amount.minor, amount.currency]);
}
