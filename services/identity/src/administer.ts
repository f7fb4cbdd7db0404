import type { Tx } from '@carethread/bus/transaction.ts';
import { refuse, type Refusal } from '@carethread/service-kit/refusal.ts';
import type { AskingActor } from './asking.ts';

/** SQLSTATE of a write that no row policy allows. */
const insufficientPrivilege = '42501';

/**
 * A command behind a permission, once per idempotency key. The token that carries the permission may be some minutes old;
 * the database knows what the person holds now, and has the last word.
 */
export async function administer<Result>(
  asking: AskingActor,
  command: { name: string; key: string; content: object },
  work: (tx: Tx) => Promise<Result | Refusal>,
): Promise<Result | Refusal> {
  const { name, key, content: input } = command;
  try {
    return await asking.database.command({ actor: asking.actor, name, key, input }, work);
  } catch (error) {
    if ((error as { code?: unknown }).code !== insufficientPrivilege) throw error;
    asking.log.warn({ error, command: name }, 'refused by row security');
    return refuse('NOT_ALLOWED', 'You do not hold the permission for this any more.');
  }
}
