import type { Tx } from '@carethread/bus/transaction.ts';
import type { Standing } from '../membership.ts';

export interface Account {
  /** Set when there were too many tries; nothing else is known then. */
  blockedUntil: Date | null;
  /** Null when there is no such account. */
  passwordHash: string | null;
  /** Active ones, oldest first. */
  memberships: Standing[];
}

const attempt = 'SELECT blocked_until, password_hash, memberships FROM sign_in.attempt($1)';
interface AttemptRow {
  blocked_until: Date | null;
  password_hash: string | null;
  memberships: Standing[] | null;
}

/** Counts a try to sign in with this address and answers what is needed to judge it. Must be committed whatever follows. */
export async function lookUpAccount(tx: Tx, email: string): Promise<Account> {
  const [row] = await tx.query<AttemptRow>(attempt, [email]);
  return {
    blockedUntil: row?.blocked_until ?? null,
    passwordHash: row?.password_hash ?? null,
    memberships: row?.memberships ?? [],
  };
}
