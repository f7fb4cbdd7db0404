import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { revokeDelegation } from './revoke-delegation.ts';

export const revokeDelegationResolver: MutationResolvers['revokeDelegation'] = async (
  _,
  { input },
  context,
) => {
  const outcome = await revokeDelegation(askingActor(context), input);
  return payload(
    'delegation',
    outcome instanceof Refusal ? outcome : await context.reader.delegation(outcome),
  );
};
