import type { Timer } from '@carethread/bus/task-handlers.ts';
import type { PrescriptionId } from '@carethread/contracts/ids.ts';
import { newIds } from '../change-prescription.ts';
import { type Reacting, saveIf } from '../react.ts';
import { unanswered } from '../screening.ts';
import { judge } from '../judging.ts';
import { nobody } from '@carethread/service-kit/cause.ts';
import { keepVerdict } from '../store/keep-verdict.ts';
import { lockPrescription } from '../store/load.ts';

/**
 * The catalog did not answer in time: what it was asked counts as not checked, which blocks until a doctor answers for
 * it or the catalog does after all.
 */
export const screeningDeadline =
  (by: Reacting): Timer =>
  async ({ payload }, tx) => {
    const { prescriptionId, screeningNumber } = payload as {
      prescriptionId: PrescriptionId;
      screeningNumber: number;
    };
    const prescription = await lockPrescription(tx, prescriptionId);
    const screening = prescription?.screening;
    if (!screening || screening.number !== screeningNumber || screening.verdict) return;
    const now = by.now();
    const { contentHash } = screening;
    const verdict = unanswered(screening.input);
    const decided = judge(
      prescription,
      { screeningNumber, contentHash },
      { verdict, lines: new Map() },
      { now, newIds, rules: by.rules },
    );
    if (!decided) return;
    keepVerdict(tx, { prescriptionId, screeningNumber, contentHash }, verdict, now);
    saveIf(tx, prescription, decided, { ...by, cause: nobody });
  };
