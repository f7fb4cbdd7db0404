import { payload } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { closeTicket as command } from './close-ticket.ts';

export const closeTicket: MutationResolvers['closeTicket'] = async (_, { input }, context) =>
  payload('ticket', await command(context.foundation, callerOf(context), input));
