import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';

const add = `INSERT INTO operational.publisher (membership_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`;
const remove = 'DELETE FROM operational.publisher WHERE membership_id = $1';

/** Keeps who may publish a release: rules that somebody staged want a second person, if there is one. */
export const whenMembershipGranted: Handler<DataOf<'identity.membership.granted.v1'>> = async (
  { data },
  tx,
) => {
  const { membershipId, userId, role, permissions } = data;
  const may = permissions?.includes('PublishCatalogRelease') ?? role === 'administrator';
  if (may) tx.send(add, [membershipId, userId]);
  else tx.send(remove, [membershipId]);
};

export const whenMembershipEnded: Handler<DataOf<'identity.membership.ended.v1'>> = async ({ data }, tx) =>
  tx.send(remove, [data.membershipId]);
