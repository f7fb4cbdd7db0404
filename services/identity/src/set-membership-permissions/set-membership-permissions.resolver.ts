import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { setMembershipPermissions } from './set-membership-permissions.ts';

export const setMembershipPermissionsResolver: MutationResolvers['setMembershipPermissions'] = async (
  _,
  { input },
  context,
) => {
  const outcome = await setMembershipPermissions(askingActor(context), input);
  return payload(
    'membership',
    outcome instanceof Refusal ? outcome : await context.reader.membership(outcome.id),
  );
};
