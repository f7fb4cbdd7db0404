import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { completeSignIn } from './complete-sign-in.ts';

export const completeSignInResolver: MutationResolvers['completeSignIn'] = async (_, { input }, context) => {
  const outcome = await completeSignIn(context, context, input);
  if (!(outcome instanceof Refusal)) context.readAs(outcome.actor);
  return payload('session', outcome);
};
