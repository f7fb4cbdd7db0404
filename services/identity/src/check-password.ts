import type { Tx } from '@carethread/bus/transaction.ts';
import { refuse, type Refusal } from '@carethread/service-kit/refusal.ts';
import type { Asking } from './asking.ts';
import type { Standing } from './membership.ts';
import { verifyPassword } from './password.ts';

const attempt = 'SELECT blocked_until, password_hash, memberships FROM sign_in.attempt($1)';
interface AttemptRow {
  blocked_until: Date | null;
  /** Null when there is no such account. */
  password_hash: string | null;
  memberships: Standing[] | null;
}

/**
 * Compares a password with that of the account at this address: counted, at most ten times in a quarter of an hour, and
 * as slow and as silent for an unknown address as for a wrong password. Answers the active memberships, oldest first.
 */
export async function checkPassword(
  asking: Asking,
  email: string,
  password: string,
): Promise<{ memberships: Standing[] } | Refusal> {
  // A transaction of its own: the try stays counted whatever comes of it, and nothing is held while the password is
  // hashed.
  const [account] = await asking.database.asActor(null, (tx) => tx.query<AttemptRow>(attempt, [email]));
  if (account?.blocked_until) return comeBack(account.blocked_until, asking.now());
  if (!(await verifyPassword(password, account?.password_hash ?? null)))
    return refuse('NOT_ALLOWED', 'The e-mail address or the password is wrong.');
  return { memberships: account?.memberships ?? [] };
}

/** The tries of the person's own address count no more. */
export const forgetAttempts = (tx: Tx): void => tx.send('SELECT sign_in.forget_attempts()');

/** The refusal of somebody who tried too often. */
export function comeBack(at: Date, now: Date): Refusal {
  const minutes = Math.max(1, Math.ceil((at.getTime() - now.getTime()) / 60_000));
  return refuse(
    'RATE_LIMITED',
    `Too many tries. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
  );
}
