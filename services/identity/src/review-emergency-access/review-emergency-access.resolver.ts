import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { reviewEmergencyAccess } from './review-emergency-access.ts';

export const reviewEmergencyAccessResolver: MutationResolvers['reviewEmergencyAccess'] = async (
  _,
  { input },
  context,
) => {
  const outcome = await reviewEmergencyAccess(askingActor(context), input);
  return payload(
    'access',
    outcome instanceof Refusal ? outcome : await context.reader.emergencyAccess(outcome),
  );
};
