import type { Timer } from '@carethread/bus/task-handlers.ts';
import type { PrescriptionId } from '@carethread/contracts/ids.ts';
import { expire } from '../ending.ts';
import { type Reacting, saveIf } from '../react.ts';
import { nobody } from '@carethread/service-kit/cause.ts';
import { lockPrescription } from '../store/load.ts';

/** Its validity is over everywhere. Does nothing when a newer version is valid for longer, or it ended otherwise. */
export const expirePrescription =
  (by: Reacting): Timer =>
  async ({ payload }, tx) => {
    const { prescriptionId } = payload as { prescriptionId: PrescriptionId };
    const prescription = await lockPrescription(tx, prescriptionId);
    if (prescription) saveIf(tx, prescription, expire(prescription, by.now()), { ...by, cause: nobody });
  };
