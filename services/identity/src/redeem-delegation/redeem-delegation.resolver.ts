import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { redeemDelegation } from './redeem-delegation.ts';

export const redeemDelegationResolver: MutationResolvers['redeemDelegation'] = async (
  _,
  { input },
  context,
) => {
  const outcome = await redeemDelegation(askingActor(context), input);
  return payload(
    'delegation',
    outcome instanceof Refusal ? outcome : await context.reader.delegation(outcome),
  );
};
