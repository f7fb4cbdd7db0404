import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { renamePasskey } from './rename-passkey.ts';

export const renamePasskeyResolver: MutationResolvers['renamePasskey'] = async (_, { input }, context) => {
  const outcome = await renamePasskey(askingActor(context), input);
  return payload('passkey', outcome instanceof Refusal ? outcome : await context.reader.passkey(outcome));
};
