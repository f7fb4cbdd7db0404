import { payload } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { beginPasskeyConfirmation } from './begin-passkey.ts';
import { confirmIdentity } from './confirm-identity.ts';

export const confirmIdentityResolver: MutationResolvers['confirmIdentity'] = async (_, { input }, context) =>
  payload('confirmation', await confirmIdentity(askingActor(context), context, input));

export const beginPasskeyConfirmationResolver: MutationResolvers['beginPasskeyConfirmation'] = async (
  _,
  _input,
  context,
) => payload('options', await beginPasskeyConfirmation(askingActor(context), context.factors));
