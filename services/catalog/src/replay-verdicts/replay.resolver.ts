import { screeningInputSchema, verdictSchema } from '@carethread/contracts/screening.ts';
import { z } from 'zod';
import type { PrescriptionResolvers, VerdictReplay } from '../generated/graphql.ts';
import { withProducts } from '../release/load-products.ts';
import { replay } from './replay.ts';

/** Nothing is dropped or filled in on the way: what was kept is compared as it is. */
const kept = z.object({
  input: screeningInputSchema.loose(),
  verdict: verdictSchema.extend({ releaseId: z.string().nullable() }).loose(),
});

/** Prescriptions shows the verdict to those only who may see it. */
export const replayResolver: PrescriptionResolvers['replay'] = async (
  { keptVerdict },
  _,
  { database, actor, past },
): Promise<VerdictReplay | null> => {
  if (keptVerdict === null || keptVerdict === undefined) return null;
  const { input, verdict } = kept.parse(keptVerdict);
  const { releaseId } = verdict;
  if (releaseId === null) return 'NOT_JUDGED';
  return database.asActor(actor, async (tx) => {
    const rules = await past.read(tx, releaseId);
    const release = rules && (await withProducts(tx, rules, input));
    return replay({ input, verdict: { ...verdict, releaseId } }, release).toUpperCase() as VerdictReplay;
  });
};
