import type { Timer } from '@carethread/bus/task-handlers.ts';
import type { PrescriptionId, UserId } from '@carethread/contracts/ids.ts';
import { checkAgain, type Reacting } from '../react.ts';
import { nobody } from '@carethread/service-kit/cause.ts';
import { lockPrescription } from '../store/load.ts';

interface Payload {
  patientId: UserId;
  cause: 'patient_facts' | 'other_medicine';
  /** The one that brought it about. */
  except?: PrescriptionId;
}

// Always in the order of ids: whoever locks several does it in the same order.
const inForce = `SELECT id FROM prescription WHERE patient_id = $1 AND status IN ('signed', 'blocked', 'released')
  AND id IS DISTINCT FROM $2 ORDER BY id`;

/** Has everything in force for a patient checked again. */
export const rescreenPatient =
  (by: Reacting): Timer =>
  async ({ payload }, tx) => {
    const { patientId, cause, except = null } = payload as Payload;
    for (const { id } of await tx.query<{ id: PrescriptionId }>(inForce, [patientId, except])) {
      const prescription = await lockPrescription(tx, id);
      if (!prescription) continue;
      // Asked on these facts already, for instance because it was signed since.
      const asked =
        cause === 'patient_facts' && (prescription.screening?.factsVersion ?? 0) >= prescription.factsVersion;
      if (!asked) await checkAgain(tx, prescription, cause, { ...by, cause: nobody });
    }
  };
