import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';

type Membership = DataOf<'identity.membership.granted.v1' | 'identity.membership.ended.v1'>;

const keep = `INSERT INTO membership (id, user_id, organisation_id, role, ended, sequence) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (id) DO UPDATE SET role = excluded.role, ended = excluded.ended, sequence = excluded.sequence
  WHERE membership.sequence < excluded.sequence`;

/**
 * A copy of who may prescribe where: signing looks at it. The newest event decides, in whatever order they arrive; what
 * has ended may be granted again.
 */
const keepMembership =
  (ended: boolean): Handler<Membership> =>
  async ({ data, sequence }, tx) => {
    const { membershipId, userId, organisationId, role } = data;
    tx.send(keep, [membershipId, userId, organisationId, role, ended, sequence]);
  };

export const whenMembershipGranted = keepMembership(false);
export const whenMembershipEnded = keepMembership(true);
