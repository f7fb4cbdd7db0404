import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { openTicket as command } from './open-ticket.ts';

export const openTicket: MutationResolvers['openTicket'] = async (_, { input }, context) => {
  const opened = await command(context.foundation, callerOf(context), input);
  return payload(
    'ticket',
    opened instanceof Refusal
      ? opened
      : (opened.fresh ?? (await context.loaders.ticket.load(opened.ticketId))),
  );
};
