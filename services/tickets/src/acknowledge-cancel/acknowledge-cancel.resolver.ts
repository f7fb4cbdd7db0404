import { payload } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { acknowledgeCancel as command } from './acknowledge-cancel.ts';

export const acknowledgeCancel: MutationResolvers['acknowledgeCancel'] = async (_, { input }, context) =>
  payload('ticket', await command(context.foundation, callerOf(context), input));
