import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor, type Context } from '../graphql/context.ts';
import { accountChanges } from './change-service-account.ts';

const resolver =
  (name: keyof typeof accountChanges) =>
  async (_: unknown, { input }: { input: unknown }, context: Context) => {
    const outcome = await accountChanges[name](askingActor(context), input);
    return payload(
      'serviceAccount',
      outcome instanceof Refusal ? outcome : await context.reader.serviceAccount(outcome.id),
    );
  };

export const changeServiceAccountResolvers = {
  changeServiceAccount: resolver('changeServiceAccount'),
  addServiceAccountKey: resolver('addServiceAccountKey'),
  retireServiceAccountKey: resolver('retireServiceAccountKey'),
  disableServiceAccount: resolver('disableServiceAccount'),
} satisfies MutationResolvers;
