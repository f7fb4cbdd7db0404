import { idSchema } from '@carethread/contracts/ids.ts';
import { z } from 'zod';

/** Input fields that choose a pharmacy: one of them, or whichever is shown the access code. */
export const pharmacyChoice = {
  pharmacyId: idSchema<'Organisation'>().nullish(),
  openToAnyPharmacy: z
    .boolean()
    .nullish()
    .transform((open) => open ?? false),
};
