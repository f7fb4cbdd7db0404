import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';

const add = `INSERT INTO audit_officer (membership_id, user_id, organisation_id) VALUES ($1, $2, $3)
  ON CONFLICT DO NOTHING`;
const remove = 'DELETE FROM audit_officer WHERE membership_id = $1';

/** Keeps who answers patients' questions about accesses. */
export const whenMembershipGranted: Handler<DataOf<'identity.membership.granted.v1'>> = async (
  { data },
  tx,
) => {
  const { membershipId, userId, organisationId, role, permissions } = data;
  if (permissions?.includes('ReviewAudit') ?? role === 'administrator')
    tx.send(add, [membershipId, userId, organisationId]);
  else tx.send(remove, [membershipId]);
};

export const whenMembershipEnded: Handler<DataOf<'identity.membership.ended.v1'>> = async ({ data }, tx) =>
  tx.send(remove, [data.membershipId]);
