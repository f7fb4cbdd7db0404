import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { createPermissionSet } from './create-permission-set.ts';

export const createPermissionSetResolver: MutationResolvers['createPermissionSet'] = async (
  _,
  { input },
  context,
) => {
  const outcome = await createPermissionSet(askingActor(context), input);
  return payload(
    'permissionSet',
    outcome instanceof Refusal ? outcome : await context.reader.permissionSet(outcome.id),
  );
};
