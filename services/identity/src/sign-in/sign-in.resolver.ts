import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { signIn } from './sign-in.ts';

export const signInResolver: MutationResolvers['signIn'] = async (_, { input }, context) => {
  const outcome = await signIn(context, context.tokens, input);
  if (!(outcome instanceof Refusal)) context.readAs(outcome.actor);
  return payload('session', outcome);
};
