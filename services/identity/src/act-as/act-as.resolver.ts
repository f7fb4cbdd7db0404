import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { actAs } from './act-as.ts';

export const actAsResolver: MutationResolvers['actAs'] = async (_, { input }, context) => {
  const outcome = await actAs(askingActor(context), context, input);
  if (!(outcome instanceof Refusal)) context.readAs(outcome.actor);
  return payload('session', outcome);
};
