import { payload } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { returnTicket as command } from './return-ticket.ts';

export const returnTicket: MutationResolvers['returnTicket'] = async (_, { input }, context) =>
  payload('ticket', await command(context.foundation, callerOf(context), input));
