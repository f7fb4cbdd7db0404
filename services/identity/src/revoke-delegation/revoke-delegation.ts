import { type DelegationId, idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { type AskingActor, originOf } from '../asking.ts';
import { decideRevocation } from '../delegation.ts';
import { lockDelegation, saveRevoked } from '../delegation-store.ts';

const revokeInput = z.object({ delegationId: idSchema<'Delegation'>(), expectedVersion: z.int() });

/** Ends a delegation, for either side of it. Answers its id. */
export async function revokeDelegation(asking: AskingActor, input: unknown): Promise<DelegationId | Refusal> {
  const wish = checkInput(revokeInput, input);
  if (wish instanceof Refusal) return wish;
  return asking.database.asActor(asking.actor, async (tx) => {
    const current = await lockDelegation(tx, wish.delegationId);
    const revoked = decideRevocation(current, wish.expectedVersion, asking.actor, asking.now());
    if (revoked instanceof Refusal) return revoked;
    saveRevoked(tx, revoked, originOf(asking));
    return revoked.id;
  });
}
