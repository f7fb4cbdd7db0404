import { payload } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers, QueryResolvers, Role } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import {
  acceptInvitation,
  beginInvitedPasskey,
  joinByInvitation,
  showInvitation,
} from './accept-invitation.ts';

export const shownInvitationResolver: QueryResolvers['shownInvitation'] = async (_, { token }, context) => {
  const shown = await showInvitation(context, token.slice(0, 200));
  return shown && { ...shown, role: shown.role.toUpperCase() as Role };
};

export const beginInvitedPasskeyResolver: MutationResolvers['beginInvitedPasskey'] = async (
  _,
  { input },
  context,
) => payload('options', await beginInvitedPasskey(context, context.factors, input));

export const acceptInvitationResolver: MutationResolvers['acceptInvitation'] = async (
  _,
  { input },
  context,
) => payload('accepted', await acceptInvitation(context, context.factors, input));

export const joinByInvitationResolver: MutationResolvers['joinByInvitation'] = async (
  _,
  { input },
  context,
) => {
  const outcome = await joinByInvitation(askingActor(context), input);
  return payload(
    'membership',
    'membershipId' in outcome ? await context.reader.membership(outcome.membershipId) : outcome,
  );
};
