import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { setSignInPolicy } from './set-sign-in-policy.ts';

export const setSignInPolicyResolver: MutationResolvers['setSignInPolicy'] = async (
  _,
  { input },
  context,
) => {
  const outcome = await setSignInPolicy(askingActor(context), input);
  return payload(
    'policy',
    outcome instanceof Refusal ? outcome : await context.reader.signInPolicy(outcome.id),
  );
};
