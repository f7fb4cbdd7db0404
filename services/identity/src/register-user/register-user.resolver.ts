import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { registerUser } from './register-user.ts';

export const registerUserResolver: MutationResolvers['registerUser'] = async (_, { input }, context) => {
  const outcome = await registerUser(askingActor(context), input);
  return payload('user', outcome instanceof Refusal ? outcome : await context.reader.user(outcome.id));
};
