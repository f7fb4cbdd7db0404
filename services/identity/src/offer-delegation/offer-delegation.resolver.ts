import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import { statusOf } from '../delegation.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor, type Context } from '../graphql/context.ts';
import { delegationCode } from '../tokens/delegation-code.ts';
import { offerDelegation } from './offer-delegation.ts';

export const offerDelegationResolver: MutationResolvers['offerDelegation'] = async (
  _,
  { input },
  context,
) => {
  const outcome = await offerDelegation(askingActor(context), context.delegations, input);
  return payload('offer', outcome instanceof Refusal ? outcome : await offered(context, outcome.id));
};

async function offered({ reader, delegations, now }: Context, id: string) {
  const delegation = await reader.delegation(id);
  if (!delegation) throw new Error('Whoever gave a delegation sees it.');
  const isOpen = statusOf(delegation, now()) === 'offered';
  return { delegation, accessCode: isOpen ? delegationCode(id, delegations.keyEncryptionKey) : null };
}
