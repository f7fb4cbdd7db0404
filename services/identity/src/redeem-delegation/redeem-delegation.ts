import type { DelegationId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { refuse, Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { type AskingActor, originOf } from '../asking.ts';
import { redeemCode } from '../delegation-store.ts';
import { delegationCodeHash } from '../tokens/delegation-code.ts';

const redeemInput = z.object({ accessCode: z.string().max(40, 'must be an access code') });

/** Takes up a delegation with the code that was handed over. Answers its id; again for whoever has done so. */
export async function redeemDelegation(asking: AskingActor, input: unknown): Promise<DelegationId | Refusal> {
  const wish = checkInput(redeemInput, input);
  if (wish instanceof Refusal) return wish;
  return asking.database.asActor(asking.actor, async (tx) => {
    const id = await redeemCode(tx, delegationCodeHash(wish.accessCode), asking.now(), originOf(asking));
    return (
      id ??
      refuse('NOT_FOUND', 'This code is wrong, was used, or has run out.', { path: ['input', 'accessCode'] })
    );
  });
}
