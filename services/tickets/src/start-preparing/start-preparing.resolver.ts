import { payload } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { startPreparing as command } from './start-preparing.ts';

export const startPreparing: MutationResolvers['startPreparing'] = async (_, { input }, context) =>
  payload('ticket', await command(context.foundation, callerOf(context), input));
