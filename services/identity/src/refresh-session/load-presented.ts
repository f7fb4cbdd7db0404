import type { Tx } from '@carethread/bus/transaction.ts';
import type { PresentedToken, SessionState } from '../session.ts';
import { stateColumns, type StateRow, toState } from '../session-store.ts';

const presentedToken = `SELECT ${stateColumns}, t.expires_at AS token_expires_at, t.replaced_at,
    next.token_hash IS NULL AS successor_gone, next.replaced_at IS NOT NULL AS successor_used
  FROM refresh_tokens t
  JOIN sessions s ON s.id = t.session_id
  JOIN memberships m ON m.id = s.membership_id
  LEFT JOIN refresh_tokens next ON next.token_hash = $2 AND next.session_id = t.session_id
  WHERE t.token_hash = $1`;
interface PresentedRow extends StateRow {
  token_expires_at: Date;
  replaced_at: Date | null;
  successor_gone: boolean;
  successor_used: boolean;
}

/** A refresh token and its session by the token's hash and its successor's; null when there is none or not the actor's. */
export async function loadPresented(
  tx: Tx,
  hash: Buffer,
  successorHash: Buffer,
): Promise<{ session: SessionState; token: PresentedToken } | null> {
  const [row] = await tx.query<PresentedRow>(presentedToken, [hash, successorHash]);
  if (!row) return null;
  const successor = row.successor_gone ? 'gone' : row.successor_used ? 'used' : 'unused';
  return {
    session: toState(row),
    token: { expiresAt: row.token_expires_at, replacedAt: row.replaced_at, successor },
  };
}
