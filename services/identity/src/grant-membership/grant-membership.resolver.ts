import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { grantMembership } from './grant-membership.ts';

export const grantMembershipResolver: MutationResolvers['grantMembership'] = async (
  _,
  { input },
  context,
) => {
  const outcome = await grantMembership(askingActor(context), input);
  return payload(
    'membership',
    outcome instanceof Refusal ? outcome : await context.reader.membership(outcome.id),
  );
};
