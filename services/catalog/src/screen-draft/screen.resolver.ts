import { type ScreeningInput, screeningInputSchema } from '@carethread/contracts/screening.ts';
import { badInput } from '@carethread/service-kit/bad-input.ts';
import { z } from 'zod';
import type { PrescriptionResolvers, QueryResolvers } from '../generated/graphql.ts';
import { screenDraft } from './screen-draft.ts';

/** More lines than any prescription has; every pair of them is compared. */
const mostLines = 50;

export const screenResolver: QueryResolvers['screen'] = async (
  _,
  { input },
  { database, actor, current },
) => {
  const { lines, patient } = input;
  if (lines.length > mostLines) throw badInput(`lines must be at most ${mostLines}.`);
  const asked = {
    lines: lines.map((line) => ({
      lineId: line.lineId,
      productId: line.productId ?? null,
      ingredients: line.ingredients,
      route: line.route ?? null,
      dose: line.dose ?? null,
      durationDays: line.durationDays ?? null,
    })),
    patient: {
      ...patient,
      ageMonths: patient.ageMonths ?? null,
      weightGrams: patient.weightGrams ?? null,
      lactating: patient.lactating ?? null,
      creatinineClearance: patient.creatinineClearance ?? null,
      sex: patient.sex.toLowerCase(),
      pregnancy: patient.pregnancy.toLowerCase(),
      liverImpairment: patient.liverImpairment.toLowerCase(),
    },
  };
  const parsed = screeningInputSchema.safeParse(asked);
  if (!parsed.success) throw badInput(z.prettifyError(parsed.error));
  return database.asActor(actor, (tx) => screenDraft(tx, current, parsed.data));
};

/** What prescriptions asks through the gateway; it shows the input to those only who may see what comes of it. */
export const prescriptionFields: PrescriptionResolvers = {
  findings: async ({ screeningInput }, _, { database, actor, current }) => {
    if (screeningInput === null || screeningInput === undefined) return null;
    const input: ScreeningInput = screeningInputSchema.parse(screeningInput);
    return database.asActor(actor, (tx) => screenDraft(tx, current, input));
  },
};
