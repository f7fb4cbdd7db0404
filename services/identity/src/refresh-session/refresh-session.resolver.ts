import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { refreshSession } from './refresh-session.ts';

export const refreshSessionResolver: MutationResolvers['refreshSession'] = async (_, { input }, context) => {
  const outcome = await refreshSession(context, context.tokens, input);
  if (!(outcome instanceof Refusal)) context.readAs(outcome.actor);
  return payload('session', outcome);
};
