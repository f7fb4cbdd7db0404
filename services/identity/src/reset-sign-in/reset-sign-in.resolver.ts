import { payload } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { resetSignIn } from './reset-sign-in.ts';

export const resetSignInResolver: MutationResolvers['resetSignIn'] = async (_, { input }, context) =>
  payload('reset', await resetSignIn(askingActor(context), context.tokens, input));
