import type { Tx } from '@carethread/bus/transaction.ts';
import { idSchema, newId, type UserId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { allowanceFields } from '../account-input.ts';
import { administer } from '../administer.ts';
import { type AskingActor, type Origin, originOf } from '../asking.ts';
import { loadMembership, saveEnded } from '../membership-store.ts';
import { publicKeySchema } from '../public-key.ts';
import { type AccountChange, decideAccountChange, type ServiceAccount } from '../service-account.ts';
import { loadServiceAccount, saveServiceAccount } from '../service-account-store.ts';

const onAccount = { idempotencyKey: idSchema(), id: idSchema<'User'>(), expectedVersion: z.int() };
type OnAccount = z.infer<z.ZodObject<typeof onAccount>>;

/** Every change of a service account. What it may do no more ends within seconds. */
export const accountChanges = {
  changeServiceAccount: accountChange(
    'changeServiceAccount',
    z.object({ ...onAccount, ...allowanceFields }),
    ({ scopes, networks }) => ({ kind: 'allow', scopes, networks }),
  ),
  addServiceAccountKey: accountChange(
    'addServiceAccountKey',
    z.object({ ...onAccount, publicKey: publicKeySchema }),
    ({ publicKey }, addedAt) => ({
      kind: 'add-key',
      key: { ...publicKey, id: newId(), addedAt, retiredAt: null },
    }),
  ),
  retireServiceAccountKey: accountChange(
    'retireServiceAccountKey',
    z.object({ ...onAccount, keyId: idSchema() }),
    ({ keyId }) => ({ kind: 'retire-key', keyId }),
  ),
  disableServiceAccount: accountChange('disableServiceAccount', z.object(onAccount), () => ({
    kind: 'disable',
  })),
};

/** A command that changes an account; answers its id. */
function accountChange<Wish extends OnAccount>(
  name: string,
  schema: z.ZodType<Wish, unknown>,
  changeIn: (wish: Wish, now: Date) => AccountChange,
) {
  return async (asking: AskingActor, input: unknown): Promise<{ id: UserId } | Refusal> => {
    const wish = checkInput(schema, input);
    if (wish instanceof Refusal) return wish;
    const { idempotencyKey: key, ...content } = wish;
    return administer(asking, { name, key, content }, async (tx) => {
      const now = asking.now();
      const current = await loadServiceAccount(tx, wish.id);
      const changed = decideAccountChange(current, wish.expectedVersion, changeIn(wish, now), now);
      if (changed instanceof Refusal) return changed;
      saveServiceAccount(tx, current!, changed, originOf(asking));
      if (changed.disabledAt) await leave(tx, changed, now, originOf(asking));
      return { id: changed.id };
    });
  };
}

/** A program that is switched off is no colleague any more. */
async function leave(tx: Tx, { membershipId }: ServiceAccount, now: Date, origin: Origin): Promise<void> {
  const membership = await loadMembership(tx, membershipId);
  if (!membership || membership.endedAt) return;
  saveEnded(tx, { ...membership, version: membership.version + 1, endedAt: now }, origin);
}
