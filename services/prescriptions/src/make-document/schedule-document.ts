import { schedule, unschedule } from '@carethread/bus/task.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { PrescriptionId } from '@carethread/contracts/ids.ts';

/** Has the document of this version made, once. */
export function scheduleDocument(tx: Tx, prescriptionId: PrescriptionId, version: number, dueAt: Date): void {
  const payload = { prescriptionId, version };
  schedule(tx, { key: keyOf(prescriptionId, version), kind: 'make-document', payload, dueAt });
}

/** As `scheduleDocument`, without waiting for the next try of one that has failed so far. */
export function hurryDocument(tx: Tx, prescriptionId: PrescriptionId, version: number, dueAt: Date): void {
  unschedule(tx, keyOf(prescriptionId, version));
  scheduleDocument(tx, prescriptionId, version, dueAt);
}

const keyOf = (prescriptionId: PrescriptionId, version: number) =>
  `make-document:${prescriptionId}:${version}`;
