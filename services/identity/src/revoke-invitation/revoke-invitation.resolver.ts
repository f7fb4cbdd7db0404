import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { revokeInvitation } from './revoke-invitation.ts';

export const revokeInvitationResolver: MutationResolvers['revokeInvitation'] = async (
  _,
  { input },
  context,
) => {
  const outcome = await revokeInvitation(askingActor(context), input);
  return payload(
    'invitation',
    outcome instanceof Refusal ? outcome : await context.reader.invitation(outcome.id),
  );
};
