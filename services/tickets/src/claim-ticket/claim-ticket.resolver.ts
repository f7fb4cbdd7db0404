import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { claimPayload } from '../graphql/claim-payload.ts';
import { claimTicket as command } from './claim-ticket.ts';

export const claimTicket: MutationResolvers['claimTicket'] = async (_, { input }, context) =>
  claimPayload(context, await command(context.foundation, callerOf(context), input));
