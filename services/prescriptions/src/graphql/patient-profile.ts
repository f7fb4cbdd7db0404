import { toEnum } from '../codes.ts';
import type {
  PatientAllergyResolvers,
  PatientConditionResolvers,
  PatientProfileResolvers,
} from '../generated/graphql.ts';

export const PatientProfileType: PatientProfileResolvers = {
  patient: ({ patientId }) => ({ id: patientId }),
  sex: ({ sex }) => toEnum(sex),
  pregnancy: ({ pregnancy }) => toEnum(pregnancy),
  liverImpairment: ({ liverImpairment }) => toEnum(liverImpairment),
};

export const PatientAllergy: PatientAllergyResolvers = {
  recordedBy: ({ recordedBy }) => ({ id: recordedBy }),
};

export const PatientCondition: PatientConditionResolvers = {
  recordedBy: ({ recordedBy }) => ({ id: recordedBy }),
};
