import type { Tx } from '@carethread/bus/transaction.ts';
import type { PrescriptionId } from '@carethread/contracts/ids.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Context } from './graphql/context.ts';
import type { Decided, NewIds, Prescription } from './prescription.ts';
import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { lockPrescription } from './store/load.ts';
import { save } from './store/save.ts';

export const newIds: NewIds = { fill: () => newId<'Fill'>(), line: () => newId<'Line'>() };

export const notFound = (field: string): Refusal =>
  refuse('NOT_FOUND', 'There is no such thing, or it is not yours to see.', { path: ['input', field] });

/** One change by the person who asks: load under the lock, decide, save with the events. Two round trips. */
export const changePrescription = (
  context: Context,
  id: PrescriptionId,
  decide: (prescription: Prescription) => Decided | Refusal,
): Promise<Prescription | Refusal> => changeWith(context, id, async () => null, decide);

/** As `changePrescription`, with what the decision needs besides: `alongside` reads it in the same flush. */
export async function changeWith<More>(
  context: Context,
  id: PrescriptionId,
  alongside: (tx: Tx) => Promise<More>,
  decide: (prescription: Prescription, more: More) => Decided | Refusal,
): Promise<Prescription | Refusal> {
  return context.database.asActor(signedIn(context), async (tx) => {
    const [prescription, more] = await Promise.all([lockPrescription(tx, id), alongside(tx)]);
    if (!prescription) return notFound('prescriptionId');
    const decided = decide(prescription, more);
    if (decided instanceof Refusal) return decided;
    return save(tx, prescription, decided, { cause: causeOfRequest(context), rules: context.rules });
  });
}
