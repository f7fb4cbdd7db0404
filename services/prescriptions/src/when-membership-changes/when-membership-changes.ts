import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';

type Membership = DataOf<'identity.membership.granted.v1' | 'identity.membership.ended.v1'>;

const keep = `INSERT INTO membership (id, user_id, organisation_id, role, ended) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (id) DO UPDATE SET role = $4, ended = membership.ended OR $5`;

/** A copy of who may prescribe where: signing looks at it. A membership that has ended never comes back. */
const keepMembership =
  (ended: boolean): Handler<Membership> =>
  async ({ data }, tx) => {
    tx.send(keep, [data.membershipId, data.userId, data.organisationId, data.role, ended]);
  };

export const whenMembershipGranted = keepMembership(false);
export const whenMembershipEnded = keepMembership(true);
