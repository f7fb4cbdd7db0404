import { payload } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { openEmergencyAccess, resumeEmergencyAccess } from './open-emergency-access.ts';

export const openEmergencyAccessResolver: MutationResolvers['openEmergencyAccess'] = async (
  _,
  { input },
  context,
) =>
  payload(
    'token',
    await openEmergencyAccess(askingActor(context), context.tokens, context.emergencies, input),
  );

export const resumeEmergencyAccessResolver: MutationResolvers['resumeEmergencyAccess'] = async (
  _,
  { input },
  context,
) => payload('token', await resumeEmergencyAccess(askingActor(context), context.tokens, input));
