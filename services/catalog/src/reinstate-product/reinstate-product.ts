import { idSchema, type WithdrawalId } from '@carethread/contracts/ids.ts';
import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse, staleVersion } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import type { Context } from '../graphql/context.ts';
import { saveEnd, selectWithdrawals, type Withdrawal } from '../withdrawal/withdrawal.ts';

const schema = z.object({
  withdrawalId: idSchema<'Withdrawal'>(),
  expectedVersion: z.int(),
  reason: z.string().trim().min(3).max(500),
});
const lock = 'SELECT FROM operational.withdrawal WHERE id = $1 FOR UPDATE';
const find = `${selectWithdrawals} WHERE id = $1`;

/** Ends a withdrawal or a recall: what it stopped may go on. */
export async function reinstateProduct(context: Context, raw: unknown): Promise<WithdrawalId | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { withdrawalId, expectedVersion, reason } = input;
  const { userId } = signedIn(context);
  return context.database.asActor(signedIn(context), async (tx): Promise<WithdrawalId | Refusal> => {
    tx.send(lock, [withdrawalId]);
    const [withdrawal] = await tx.query<Withdrawal>(find, [withdrawalId]);
    const path = ['input', 'withdrawalId'];
    if (!withdrawal) return refuse('NOT_FOUND', 'There is no such withdrawal.', { path });
    if (withdrawal.version !== expectedVersion) return staleVersion(expectedVersion, withdrawal.version);
    if (withdrawal.endedAt) return refuse('ILLEGAL_MOVE', 'It is over already.', { path });
    saveEnd(tx, withdrawal, { userId, reason }, causeOfRequest(context));
    return withdrawalId;
  });
}
