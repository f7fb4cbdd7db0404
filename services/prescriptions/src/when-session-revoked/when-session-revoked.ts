import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';

const keep =
  'INSERT INTO ended_session (id, user_id, ended_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING';
// No link lives that long.
const forget = `DELETE FROM ended_session WHERE ended_at < $1::timestamptz - interval '1 day'`;

/** From now on the links that were made in this session are dead. */
export const whenSessionRevoked: Handler<DataOf<'identity.session.revoked.v1'>> = async (
  { data, occurredAt },
  tx,
) => {
  tx.send(keep, [data.sessionId, data.userId, occurredAt]);
  tx.send(forget, [occurredAt]);
};
