import { type MembershipId, newId, type OrganisationId, type UserId } from '@carethread/contracts/ids.ts';
import type { Standing } from '../membership.ts';
import type { WantedMembership } from './claims.ts';

/** What becomes of somebody's memberships when their issuer vouches for them. Pure. */

export interface KnownMembership extends Standing {
  licenceNumber: string | null;
  version: number;
  /** Who granted it: an issuer, or null for somebody here. */
  issuer: string | null;
  ended: boolean;
}

export interface Granted extends WantedMembership {
  id: MembershipId;
  version: number;
}

export interface Admission {
  /** New ones, and ended ones that the issuer grants again. */
  grant: Granted[];
  /** Granted by the issuer and not vouched for any more, with their new version. */
  end: KnownMembership[];
  /** In what the person may act through this issuer, those that were there first. */
  standings: Standing[];
}

/**
 * - What the issuer granted and no longer vouches for, ends. What was granted here is none of its business.
 * - What was ended here stays ended, whatever the issuer says.
 * - Through an issuer people act only in organisations it speaks for: it cannot open the rest of what they are.
 */
export function decideAdmission(
  userId: UserId,
  known: readonly KnownMembership[],
  wanted: readonly WantedMembership[],
  by: { issuer: string; speaksFor: ReadonlySet<OrganisationId> },
): Admission {
  const at = ({ organisationId, role }: WantedMembership | KnownMembership) => `${organisationId} ${role}`;
  const places = new Map(known.map((each) => [at(each), each]));
  const vouchedFor = new Set(wanted.map(at));
  const grant = wanted.flatMap((each): Granted[] => {
    const former = places.get(at(each));
    if (!former) return [{ ...each, id: newId(), version: 1 }];
    const revives = former.ended && former.issuer === by.issuer;
    return revives ? [{ ...each, id: former.id, version: former.version + 1 }] : [];
  });
  const end = known
    .filter((each) => !each.ended && each.issuer === by.issuer && !vouchedFor.has(at(each)))
    .map((each) => ({ ...each, version: each.version + 1 }));
  const ending = new Set(end.map(({ id }) => id));
  const kept = known.filter(
    ({ id, ended, organisationId }) => !ended && !ending.has(id) && by.speaksFor.has(organisationId),
  );
  const fresh = grant.map(({ id, organisationId, role }): Standing => ({
    id,
    userId,
    organisationId,
    role,
    extraPermissions: [],
  }));
  return { grant, end, standings: [...kept, ...fresh] };
}
