import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { createServiceAccount } from './create-service-account.ts';

export const createServiceAccountResolver: MutationResolvers['createServiceAccount'] = async (
  _,
  { input },
  context,
) => {
  const outcome = await createServiceAccount(askingActor(context), input);
  return payload(
    'serviceAccount',
    outcome instanceof Refusal ? outcome : await context.reader.serviceAccount(outcome.id),
  );
};
