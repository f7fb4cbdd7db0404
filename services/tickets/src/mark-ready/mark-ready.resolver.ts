import { payload } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { markReady as command } from './mark-ready.ts';

export const markReady: MutationResolvers['markReady'] = async (_, { input }, context) =>
  payload('ticket', await command(context.foundation, callerOf(context), input));
