import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { beginPasskeyRegistration, registerPasskey } from './register-passkey.ts';

export const beginPasskeyRegistrationResolver: MutationResolvers['beginPasskeyRegistration'] = async (
  _,
  _input,
  context,
) => payload('options', await beginPasskeyRegistration(askingActor(context), context.factors));

export const registerPasskeyResolver: MutationResolvers['registerPasskey'] = async (
  _,
  { input },
  context,
) => {
  const outcome = await registerPasskey(askingActor(context), context.factors, input);
  if (outcome instanceof Refusal) return { registered: null, userErrors: [...outcome.userErrors] };
  const passkey = await context.reader.passkey(outcome.id);
  if (!passkey) throw new Error('A passkey that was just registered is its owner’s to see.');
  return { registered: { passkey, recoveryCodes: outcome.recoveryCodes }, userErrors: [] };
};
