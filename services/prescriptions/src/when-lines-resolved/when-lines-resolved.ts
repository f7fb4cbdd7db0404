import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { resolveDraft } from '../drafting.ts';
import { lockPrescription } from '../store/load.ts';
import { saveResolved } from '../store/save-lines.ts';

/**
 * Keeps with the lines of a draft what they are, if they are still the same. No change of the prescription: the doctor
 * who signs what they have read is not told that it changed meanwhile.
 */
export const whenLinesResolved: Handler<DataOf<'catalog.lines.resolved.v1'>> = async ({ data }, tx) => {
  const prescription = await lockPrescription(tx, data.prescriptionId);
  if (!prescription) return;
  const resolved = new Map(data.lines.map(({ lineId, ...what }) => [lineId as string, what]));
  const lines = resolveDraft(prescription, data.contentHash, resolved);
  if (lines) saveResolved(tx, prescription.id, lines);
};
