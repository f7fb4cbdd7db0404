import { Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { inviteMember } from './invite-member.ts';

export const inviteMemberResolver: MutationResolvers['inviteMember'] = async (_, { input }, context) => {
  const outcome = await inviteMember(askingActor(context), context.tokens, input);
  if (outcome instanceof Refusal) return { invited: null, userErrors: [...outcome.userErrors] };
  const invitation = await context.reader.invitation(outcome.id);
  if (!invitation) throw new Error('Who has made an invitation may see it.');
  return { invited: { invitation, token: outcome.token }, userErrors: [] };
};
