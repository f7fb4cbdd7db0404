import type { SessionId } from '@carethread/contracts/ids.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import type { Issuers } from '../issuers/issuers.ts';
import { actorOf, type Standing } from '../membership.ts';
import { revokeSession } from '../session-store.ts';

const sessionsOf = 'SELECT session_id, membership FROM sign_in.outside_sessions($1, $2, $3, $4)';

/** Clocks may differ: a session of the same moment is meant. */
const toleranceMs = 30_000;

/**
 * Ends the sessions that an issuer says are over. Answers how many; null for an issuer nobody knows. Throws as
 * `OutsideIssuer.loggedOut` does. The same notice again ends nothing that began after it.
 */
export async function backChannelLogout(
  { database, issuers, now }: { database: Database; issuers: Issuers; now: () => Date },
  key: string,
  logoutToken: string,
): Promise<number | null> {
  const issuer = issuers.byKey(key);
  if (!issuer) return null;
  const { subject, session, at } = await issuer.loggedOut(logoutToken);
  const until = new Date(at.getTime() + toleranceMs);
  const found = await database.asActor(null, (tx) =>
    tx.query<{ session_id: SessionId; membership: Standing }>(sessionsOf, [
      issuer.settings.issuer,
      subject,
      session,
      until,
    ]),
  );
  for (const { session_id, membership } of found) {
    const origin = { actorId: null, correlationId: null, traceparent: null };
    await database.asActor(actorOf(membership, session_id), (tx) =>
      revokeSession(tx, session_id, now(), origin),
    );
  }
  return found.length;
}
