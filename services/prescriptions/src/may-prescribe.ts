import type { Tx } from '@carethread/bus/transaction.ts';
import type { Actor } from '@carethread/contracts/actor.ts';

const find = `SELECT EXISTS (SELECT 1 FROM membership WHERE id = $1 AND user_id = $2 AND organisation_id = $3
  AND role = 'doctor' AND NOT ended) AS may`;

/** Whether the person may prescribe for the organisation they act for, by the membership as it is at this moment. */
export async function mayPrescribe(tx: Tx, actor: Actor): Promise<boolean> {
  if (actor.role !== 'doctor') return false;
  const [row] = await tx.query<{ may: boolean }>(find, [
    actor.membershipId,
    actor.userId,
    actor.organisationId,
  ]);
  return row?.may ?? false;
}
