import { Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { hasAny } from '../factors/factor-store.ts';
import { type SecondStep, signIn } from './sign-in.ts';

export const signInResolver: MutationResolvers['signIn'] = async (_, { input }, context) => {
  const outcome = await signIn(context, context, input);
  if (outcome instanceof Refusal)
    return { session: null, challenge: null, userErrors: [...outcome.userErrors] };
  if ('secondStep' in outcome)
    return { session: null, challenge: toChallenge(outcome.secondStep), userErrors: [] };
  context.readAs(outcome.session.actor);
  return { session: outcome.session, challenge: null, userErrors: [] };
};

const toChallenge = ({ challenge: token, expiresAt, factors, passkeyOptions }: SecondStep) => ({
  token,
  expiresAt,
  passkeyOptions,
  mustEnrol: !hasAny(factors),
  accepts: [
    ...(factors.totp ? (['CODE'] as const) : []),
    ...(passkeyOptions ? (['PASSKEY'] as const) : []),
    ...(hasAny(factors) ? (['RECOVERY_CODE'] as const) : []),
  ],
});
