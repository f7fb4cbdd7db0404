import { payload } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { changePharmacy as command } from './change-pharmacy.ts';

export const changePharmacy: MutationResolvers['changePharmacy'] = async (_, { input }, context) =>
  payload('ticket', await command(context.foundation, callerOf(context), input));
