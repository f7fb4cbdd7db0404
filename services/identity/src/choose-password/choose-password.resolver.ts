import { Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { choosePassword } from './choose-password.ts';

export const choosePasswordResolver: MutationResolvers['choosePassword'] = async (_, { input }, context) => {
  const outcome = await choosePassword(context, input);
  const refused = outcome instanceof Refusal;
  return { chosen: refused ? null : true, userErrors: refused ? [...outcome.userErrors] : [] };
};
