import { schedule } from '@carethread/bus/task.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { PrescriptionId, UserId } from '@carethread/contracts/ids.ts';

/** What became of a document. */
export type DocumentNews =
  | { is: 'made'; prescriptionId: PrescriptionId; documentId: string }
  | { is: 'downloaded'; prescriptionId: PrescriptionId; documentId: string; by: UserId };

/**
 * Called with the transaction that writes `prescriptions.document.made.v1` or `.downloaded.v1`: the renewal the document
 * belongs to, if it belongs to one, hears of it by a task of its own, whoever wrote it and whatever locks they hold.
 */
export const tellRenewal = (tx: Tx, news: DocumentNews, now: Date): void =>
  schedule(tx, {
    key: `renewal-document:${news.documentId}:${news.is}${news.is === 'downloaded' ? `:${news.by}` : ''}`,
    kind: 'renewal-document',
    payload: news,
    dueAt: now,
  });
