import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { changePassword } from './change-password.ts';

export const changePasswordResolver: MutationResolvers['changePassword'] = async (_, { input }, context) => {
  const outcome = await changePassword(askingActor(context), input);
  const { userId } = signedIn(context);
  return payload('user', outcome instanceof Refusal ? outcome : await context.reader.user(userId));
};
