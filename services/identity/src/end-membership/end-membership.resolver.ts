import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { endMembership } from './end-membership.ts';

export const endMembershipResolver: MutationResolvers['endMembership'] = async (_, { input }, context) => {
  const outcome = await endMembership(askingActor(context), input);
  return payload(
    'membership',
    outcome instanceof Refusal ? outcome : await context.reader.membership(outcome.id),
  );
};
