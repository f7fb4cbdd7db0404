import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';

type Membership = DataOf<'identity.membership.granted.v1'>;

const keep = `INSERT INTO membership (id, user_id, organisation_id, role, active, sequence) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (id) DO UPDATE SET active = excluded.active, sequence = excluded.sequence
  WHERE membership.sequence < excluded.sequence`;

/** Keeps a copy of the membership: the newest event decides, in whatever order they arrive. */
const keepMembership =
  (active: boolean): Handler<Membership> =>
  async ({ data, sequence }, tx) => {
    const { membershipId, userId, organisationId, role } = data;
    tx.send(keep, [membershipId, userId, organisationId, role, active, sequence]);
  };

export const whenMembershipGranted = keepMembership(true);
export const whenMembershipEnded = keepMembership(false);
