import { payload } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { sendTicket as command } from './send-ticket.ts';

export const sendTicket: MutationResolvers['sendTicket'] = async (_, { input }, context) =>
  payload('ticket', await command(context.foundation, callerOf(context), input));
