import { payload } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { renewClaim as command } from './renew-claim.ts';

export const renewClaim: MutationResolvers['renewClaim'] = async (_, { input }, context) =>
  payload('ticket', await command(context.foundation, callerOf(context), input));
