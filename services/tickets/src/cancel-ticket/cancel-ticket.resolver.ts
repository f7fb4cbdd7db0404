import { payload } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { cancelTicket as command } from './cancel-ticket.ts';

export const cancelTicket: MutationResolvers['cancelTicket'] = async (_, { input }, context) => {
  const { outcome, ticket } = await command(context.foundation, callerOf(context), input);
  return { outcome, ...payload('ticket', ticket) };
};
