import { idSchema, newId, type RenewalId } from '@carethread/contracts/ids.ts';
import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { dateIn } from '../calendar.ts';
import { notFound } from '../change-prescription.ts';
import type { Context } from '../graphql/context.ts';
import { renewalProblem } from '../renewal/eligible.ts';
import { request } from '../renewal/request.ts';
import { priceFor } from '../renewal/terms.ts';
import { readPrescriptions } from '../store/load.ts';
import { saveRenewal } from '../store/renewal-store.ts';

const schema = z.object({
  prescriptionId: idSchema<'Prescription'>(),
  idempotencyKey: idSchema<'Command'>(),
});
// One wish per prescription at a time, so that the second one finds the first.
const queue = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))';
const openOne = `SELECT state FROM renewal WHERE source_id = $1
  AND state NOT IN ('closed', 'declined', 'cancelled', 'expired')`;
const renewedBy = 'SELECT authority_at AS "authorityAt" FROM renewal WHERE prescription_id = $1';
const birthDateOf = 'SELECT birth_date::text AS "birthDate" FROM patient_profile WHERE patient_id = $1';

/** The patient asks for a prescription once more, once per idempotency key. Answers the renewal's id. */
export async function requestRenewal(context: Context, raw: unknown): Promise<RenewalId | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { prescriptionId, idempotencyKey: key } = input;
  const actor = signedIn(context);
  const { rules } = context;
  const command = { actor, name: 'requestRenewal', key, input: { prescriptionId } };
  return context.database.command(command, async (tx): Promise<RenewalId | Refusal> => {
    tx.send(queue, [prescriptionId]);
    const [[source], [open], [renewed], [patient]] = await Promise.all([
      readPrescriptions(tx, [prescriptionId]),
      tx.query<{ state: string }>(openOne, [prescriptionId]),
      tx.query<{ authorityAt: Date }>(renewedBy, [prescriptionId]),
      tx.query<{ birthDate: string | null }>(birthDateOf, [actor.userId]),
    ]);
    if (!source?.signature) return notFound('prescriptionId');
    if (open) return refuse('ILLEGAL_MOVE', 'You asked for it already.', { currentStatus: open.state });
    const now = context.now();
    const { signature, clinicId, contentVersion, clinic } = source;
    const terms = rules.renewals.terms.of({ id: clinicId, jurisdiction: clinic?.jurisdiction ?? null });
    // What a renewal put into force does not grow younger by it; what the doctor signed anew does.
    const authorityAt = contentVersion === 1 && renewed ? renewed.authorityAt : signature.at;
    const problem = renewalProblem({ ...source, signature }, authorityAt, { terms, rules, now });
    if (problem) return problem;
    const today = dateIn(clinic?.timeZone ?? 'UTC', now);
    const asked = request(
      { ...source, signature },
      {
        id: newId<'Renewal'>(),
        ticketId: newId<'Ticket'>(),
        price: priceFor(terms, patient?.birthDate ?? null, today),
        authorityAt,
      },
      rules.renewals,
      now,
    );
    return saveRenewal(tx, null, asked, causeOfRequest(context)).id;
  });
}
