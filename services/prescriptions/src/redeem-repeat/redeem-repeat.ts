import { idSchema, newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { newIds, notFound } from '../change-prescription.ts';
import type { FillId } from '../fill.ts';
import type { Context } from '../graphql/context.ts';
import { redeemRepeat as decide } from '../refill.ts';
import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { lockPrescription } from '../store/load.ts';
import { save } from '../store/save.ts';

const schema = z.object({
  prescriptionId: idSchema<'Prescription'>(),
  pharmacyId: idSchema<'Organisation'>(),
  idempotencyKey: idSchema<'Command'>(),
});
const findPharmacy = `SELECT time_zone AS "timeZone", jurisdiction FROM organisation WHERE id = $1 AND kind = 'pharmacy'`;

/** Opens the next fill, once per idempotency key. Answers its id. */
export async function redeemRepeat(context: Context, raw: unknown): Promise<FillId | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { prescriptionId, pharmacyId, idempotencyKey: key } = input;
  const { rules, database } = context;
  const command = {
    actor: signedIn(context),
    name: 'redeemRepeat',
    key,
    input: { prescriptionId, pharmacyId },
  };
  return database.command(command, async (tx): Promise<FillId | Refusal> => {
    const [prescription, [pharmacy]] = await Promise.all([
      lockPrescription(tx, prescriptionId),
      tx.query<{ timeZone: string; jurisdiction: string }>(findPharmacy, [pharmacyId]),
    ]);
    if (!prescription) return notFound('prescriptionId');
    if (!pharmacy) return refuse('INVALID', 'There is no such pharmacy.', { path: ['input', 'pharmacyId'] });
    const at = { now: context.now(), rules, ticketId: newId<'Ticket'>(), newIds };
    const decided = decide(prescription, { id: pharmacyId, ...pharmacy }, at);
    if (decided instanceof Refusal) return decided;
    return save(tx, prescription, decided, { cause: causeOfRequest(context), rules }).fills.at(-1)!.id;
  });
}
