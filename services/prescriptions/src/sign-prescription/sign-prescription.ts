import { idSchema } from '@carethread/contracts/ids.ts';
import { awaitCopy } from '@carethread/service-kit/await-copy.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { dateIn } from '../calendar.ts';
import { changeWith } from '../change-prescription.ts';
import type { Context } from '../graphql/context.ts';
import { isCoded } from '../line.ts';
import { mayPrescribe } from '../may-prescribe.ts';
import { nothingKnown } from '../patient-facts.ts';
import { draftOf, type Prescription } from '../prescription.ts';
import { screeningInput } from '../screening.ts';
import { sign } from '../signing.ts';
import { readPrescriptions } from '../store/load.ts';
import { readFacts } from '../store/patient-facts-store.ts';

const schema = z.object({ prescriptionId: idSchema<'Prescription'>(), expectedVersion: z.int() });

/**
 * Freezes what was written and has it checked. Waits a moment for the catalog to say what was written just now: which
 * rules for controlled medicines apply depends on it. What it does not say in time is judged with the safety check.
 */
export async function signPrescription(context: Context, raw: unknown): Promise<Prescription | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { prescriptionId } = input;
  const first = await attempt(context, input, true);
  if (first !== 'not resolved yet') return first;
  const actor = signedIn(context);
  await awaitCopy(
    async () => {
      const [found] = await context.database.asActor(actor, (tx) => readPrescriptions(tx, [prescriptionId]));
      return found && isUnresolved(found) ? null : true;
    },
    { everyMs: 50 },
  );
  return attempt(context, input, false) as Promise<Prescription | Refusal>;
}

const isUnresolved = (prescription: Prescription): boolean =>
  draftOf(prescription)?.lines.some((line) => isCoded(line) && line.resolved === null) ?? false;

/** Signs; unless the catalog has not spoken and it is worth to `wait` for it. */
async function attempt(
  context: Context,
  { prescriptionId, expectedVersion }: z.infer<typeof schema>,
  wait: boolean,
): Promise<Prescription | Refusal | 'not resolved yet'> {
  const actor = signedIn(context);
  const now = context.now();
  let early = false;
  const outcome = await changeWith(
    context,
    prescriptionId,
    async (tx) => {
      const [rightful, known] = await Promise.all([
        mayPrescribe(tx, actor),
        readFacts(tx, [prescriptionId], now),
      ]);
      return { rightful, known };
    },
    (prescription, { rightful, known }) => {
      const facts = known.get(prescription.id) ?? nothingKnown;
      const lines = draftOf(prescription)?.lines ?? [];
      const signed = sign(
        prescription,
        {
          userId: actor.userId,
          mayPrescribe: rightful && actor.organisationId === prescription.clinicId,
          expectedVersion,
        },
        { input: screeningInput(lines, facts, dateIn('UTC', now)), factsVersion: facts.version },
        { now, rules: context.rules, stepUp: actor.stepUp ?? null },
      );
      early = wait && !(signed instanceof Refusal) && isUnresolved(prescription);
      // A refusal writes nothing.
      return early ? refuse('UNAVAILABLE', 'The catalog has not said yet what this is.') : signed;
    },
  );
  return early ? 'not resolved yet' : outcome;
}
