import { moneyText } from '@carethread/contracts/money.ts';
import { toEnum } from '../codes.ts';
import type { RenewalResolvers, RenewalStepResolvers } from '../generated/graphql.ts';
import { renewalInWords, stepInWords } from '../renewal/in-words.ts';
import { paymentIdOf } from '../renewal/renewal.ts';

export const RenewalType: RenewalResolvers = {
  __resolveReference: ({ id }, { reads }) => reads.renewal.load(id),
  ticket: ({ ticketId }) => ({ id: ticketId }),
  patient: ({ patientId }) => ({ id: patientId }),
  doctor: ({ doctorId }) => ({ id: doctorId }),
  source: ({ sourceId }, _, { reads }) => reads.prescription.load(sourceId),
  prescription: ({ prescriptionId }, _, { reads }) =>
    prescriptionId && reads.prescription.load(prescriptionId),
  medicines: ({ medicines }) => [...medicines],
  signedByDoctorAt: ({ authorityAt }) => authorityAt,
  price: ({ price }) => price && { ...price, text: moneyText(price) },
  payment: ({ id, price }) => price && { id: paymentIdOf(id) },
  state: ({ state }) => toEnum(state),
  explanation: async (renewal, _, { reads }) => {
    const { state, prescriptionId } = renewal;
    const issued =
      state === 'approved' && prescriptionId ? await reads.prescription.load(prescriptionId) : null;
    return renewalInWords(renewal, issued?.status === 'blocked');
  },
  money: ({ money }) => toEnum(money),
  steps: async (renewal, _, { reads }) =>
    (await reads.renewalSteps.load(renewal.id)).map((step) => ({ renewal, step })),
  waitsUntil: ({ deadline }) => deadline,
  decidedBy: ({ decidedBy }) => decidedBy && { id: decidedBy },
};

export const RenewalStepType: RenewalStepResolvers = {
  number: ({ step }) => step.number,
  kind: ({ step }) => toEnum(step.kind),
  at: ({ step }) => step.at,
  says: ({ renewal, step }) => stepInWords(step, renewal),
  reason: ({ step }) => step.reason,
};
