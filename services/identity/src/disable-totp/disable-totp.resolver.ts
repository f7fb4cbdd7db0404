import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import { loadMyFactors } from '../factors/my-factors.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { disableTotp } from './disable-totp.ts';

export const disableTotpResolver: MutationResolvers['disableTotp'] = async (_, _input, context) => {
  const outcome = await disableTotp(askingActor(context));
  return payload('factors', outcome instanceof Refusal ? outcome : await loadMyFactors(context.reader));
};
