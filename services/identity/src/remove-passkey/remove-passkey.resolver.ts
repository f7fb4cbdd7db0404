import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import { loadMyFactors } from '../factors/my-factors.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { removePasskey } from './remove-passkey.ts';

export const removePasskeyResolver: MutationResolvers['removePasskey'] = async (_, { input }, context) => {
  const outcome = await removePasskey(askingActor(context), input);
  return payload('factors', outcome instanceof Refusal ? outcome : await loadMyFactors(context.reader));
};
