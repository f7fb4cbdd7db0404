import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';

type Membership = DataOf<'identity.membership.granted.v1'>;

const keep = `INSERT INTO audit_officer (membership_id, user_id, organisation_id, active, sequence)
  VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (membership_id) DO UPDATE SET active = excluded.active, sequence = excluded.sequence
  WHERE audit_officer.sequence < excluded.sequence`;

/** Keeps who answers patients' questions about accesses: the newest event decides, in whatever order they arrive. */
const keepOfficer =
  (answers: (membership: Membership) => boolean): Handler<Membership> =>
  async ({ data, sequence }, tx) =>
    tx.send(keep, [data.membershipId, data.userId, data.organisationId, answers(data), sequence]);

export const whenMembershipGranted = keepOfficer(
  ({ permissions, role }) => permissions?.includes('ReviewAudit') ?? role === 'administrator',
);
export const whenMembershipEnded = keepOfficer(() => false);
