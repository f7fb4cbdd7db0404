import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { finishOutsideSignIn } from './finish-outside-sign-in.ts';

export const finishOutsideSignInResolver: MutationResolvers['finishOutsideSignIn'] = async (
  _,
  { input },
  context,
) => {
  const outcome = await finishOutsideSignIn(context, context, input);
  if (!(outcome instanceof Refusal)) context.readAs(outcome.actor);
  return payload('session', outcome);
};
