import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { claimPayload } from '../graphql/claim-payload.ts';
import { claimTicketByNumber as command } from './claim-ticket-by-number.ts';

export const claimTicketByNumber: MutationResolvers['claimTicketByNumber'] = async (_, { input }, context) =>
  claimPayload(context, await command(context.foundation, callerOf(context), input));
