import { payload } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { declineTicket as command } from './decline-ticket.ts';

export const declineTicket: MutationResolvers['declineTicket'] = async (_, { input }, context) =>
  payload('ticket', await command(context.foundation, callerOf(context), input));
