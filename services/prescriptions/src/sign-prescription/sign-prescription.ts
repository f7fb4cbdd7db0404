import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { dateIn } from '../calendar.ts';
import { changeWith } from '../change-prescription.ts';
import type { Context } from '../graphql/context.ts';
import { mayPrescribe } from '../may-prescribe.ts';
import { nothingKnown } from '../patient-facts.ts';
import { draftOf, type Prescription } from '../prescription.ts';
import { screeningInput } from '../screening.ts';
import { sign } from '../signing.ts';
import { readFacts } from '../store/patient-facts-store.ts';

const schema = z.object({ prescriptionId: idSchema<'Prescription'>(), expectedVersion: z.int() });

/** Freezes what was written and has it checked. */
export async function signPrescription(context: Context, raw: unknown): Promise<Prescription | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { prescriptionId, expectedVersion } = input;
  const actor = signedIn(context);
  const now = context.now();
  return changeWith(
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
      return sign(
        prescription,
        {
          userId: actor.userId,
          mayPrescribe: rightful && actor.organisationId === prescription.clinicId,
          expectedVersion,
        },
        { input: screeningInput(lines, facts, dateIn('UTC', now)), factsVersion: facts.version },
        { now, validDays: context.rules.validDays },
      );
    },
  );
}
