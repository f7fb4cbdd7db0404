import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor, type Context } from '../graphql/context.ts';
import { changePermissionSet, endPermissionSet } from './change-permission-set.ts';

const resolver =
  (work: typeof changePermissionSet) =>
  async (_: unknown, { input }: { input: unknown }, context: Context) => {
    const outcome = await work(askingActor(context), input);
    return payload(
      'permissionSet',
      outcome instanceof Refusal ? outcome : await context.reader.permissionSet(outcome.id),
    );
  };

export const changePermissionSetResolvers = {
  changePermissionSet: resolver(changePermissionSet),
  endPermissionSet: resolver(endPermissionSet),
} satisfies MutationResolvers;
