import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';

type Membership = DataOf<'identity.membership.granted.v1'>;

const keep = `INSERT INTO operational.publisher (membership_id, user_id, active, sequence) VALUES ($1, $2, $3, $4)
  ON CONFLICT (membership_id) DO UPDATE SET active = excluded.active, sequence = excluded.sequence
  WHERE publisher.sequence < excluded.sequence`;

/**
 * Keeps who may publish a release, as rules that somebody staged want a second person, if there is one: the newest event
 * decides, in whatever order they arrive.
 */
const keepPublisher =
  (publishes: (membership: Membership) => boolean): Handler<Membership> =>
  async ({ data, sequence }, tx) =>
    tx.send(keep, [data.membershipId, data.userId, publishes(data), sequence]);

export const whenMembershipGranted = keepPublisher(
  ({ permissions, role }) => permissions?.includes('PublishCatalogRelease') ?? role === 'administrator',
);
export const whenMembershipEnded = keepPublisher(() => false);
