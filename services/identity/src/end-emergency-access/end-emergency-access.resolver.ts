import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { endEmergencyAccess } from './end-emergency-access.ts';

export const endEmergencyAccessResolver: MutationResolvers['endEmergencyAccess'] = async (
  _,
  { input },
  context,
) => {
  const outcome = await endEmergencyAccess(askingActor(context), input);
  return payload(
    'access',
    outcome instanceof Refusal ? outcome : await context.reader.emergencyAccess(outcome),
  );
};
