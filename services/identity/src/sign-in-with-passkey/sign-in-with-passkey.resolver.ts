import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { beginPasskeySignIn, signInWithPasskey } from './sign-in-with-passkey.ts';

export const beginPasskeySignInResolver: MutationResolvers['beginPasskeySignIn'] = async (
  _,
  _input,
  context,
) => payload('options', await beginPasskeySignIn(context, context.factors));

export const signInWithPasskeyResolver: MutationResolvers['signInWithPasskey'] = async (
  _,
  { input },
  context,
) => {
  const outcome = await signInWithPasskey(context, context, input);
  if (!(outcome instanceof Refusal)) context.readAs(outcome.actor);
  return payload('session', outcome);
};
