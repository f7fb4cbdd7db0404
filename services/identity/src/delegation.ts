import type { Actor, ProxyScope } from '@carethread/contracts/actor.ts';
import type { DelegationId, UserId } from '@carethread/contracts/ids.ts';
import { type Refusal, refuse, staleVersion } from '@carethread/service-kit/refusal.ts';

/** Who acts in whose place: a parent, a carer. Pure. */

export const relations = ['parent', 'guardian', 'partner', 'child', 'carer', 'other'] as const;
export type Relation = (typeof relations)[number];

/** For so long an access code can be used. */
const codeLifeMs = 7 * 86_400_000;
const longestYears = 10;

export interface Delegation {
  id: DelegationId;
  patientId: UserId;
  /** Null until the code was used. */
  delegateId: UserId | null;
  relation: Relation;
  scopes: ProxyScope[];
  givenBy: UserId;
  reason: string | null;
  givenAt: Date;
  codeExpiresAt: Date;
  endsAt: Date;
  revokedAt: Date | null;
  revokedBy: UserId | null;
  version: number;
}

export interface Offer {
  /** The child; null where the patient gives it. */
  patientId: UserId | null;
  relation: Relation;
  scopes: ProxyScope[];
  endsAt: Date;
  childBornOn: Date | null;
  reason: string | null;
}

interface Course {
  delegateId: string | null;
  codeExpiresAt: Date;
  endsAt: Date;
  revokedAt: Date | null;
}

export const statusOf = (
  { delegateId, codeExpiresAt, endsAt, revokedAt }: Course,
  now: Date,
): 'offered' | 'active' | 'ended' => {
  if (revokedAt !== null || now >= endsAt) return 'ended';
  if (delegateId !== null) return 'active';
  return now < codeExpiresAt ? 'offered' : 'ended';
};

/** A delegation as it is offered, by the patient, or by somebody who may look after children. `ofAge` is in years. */
export function decideOffer(
  id: DelegationId,
  offer: Offer,
  by: Actor,
  ofAge: number,
  now: Date,
): Delegation | Refusal {
  const forChild = offer.patientId !== null && offer.patientId !== by.userId;
  if (forChild && !by.permissions.includes('ManageDelegations'))
    return refuse('NOT_FOUND', 'There is no such patient.', { path: ['input', 'patientId'] });
  if (!forChild && by.role !== 'patient')
    return refuse('NOT_ALLOWED', 'Only a patient has a place that somebody can act in.');
  if (offer.endsAt <= now)
    return refuse('INVALID', 'endsAt: must be in the future', { path: ['input', 'endsAt'] });
  if (offer.endsAt > years(now, longestYears))
    return refuse('INVALID', `endsAt: must be within ${longestYears} years`, { path: ['input', 'endsAt'] });
  if (forChild && offer.reason === null)
    return refuse('INVALID', 'reason: must say why', { path: ['input', 'reason'] });
  if (forChild && offer.childBornOn === null)
    return refuse('INVALID', 'childBornOn: must be given for a child', { path: ['input', 'childBornOn'] });
  const comesOfAge = forChild && offer.childBornOn ? years(offer.childBornOn, ofAge) : null;
  if (comesOfAge && comesOfAge <= now)
    return refuse('NOT_ALLOWED', 'This patient is of age and decides alone who acts for them.', {
      path: ['input', 'childBornOn'],
    });
  const { relation, scopes, reason } = offer;
  return {
    id,
    patientId: offer.patientId ?? by.userId,
    delegateId: null,
    relation,
    scopes,
    givenBy: by.userId,
    reason: forChild ? reason : null,
    givenAt: now,
    codeExpiresAt: new Date(Math.min(now.getTime() + codeLifeMs, offer.endsAt.getTime())),
    endsAt: comesOfAge && comesOfAge < offer.endsAt ? comesOfAge : offer.endsAt,
    revokedAt: null,
    revokedBy: null,
    version: 1,
  };
}

/** The delegation after it was taken back. Who may is decided by who could load it to change it. */
export function decideRevocation(
  current: Delegation | null,
  expectedVersion: number,
  by: Actor,
  now: Date,
): Delegation | Refusal {
  if (!current)
    return refuse('NOT_FOUND', 'There is no such delegation.', { path: ['input', 'delegationId'] });
  if (current.version !== expectedVersion) return staleVersion(expectedVersion, current.version);
  if (statusOf(current, now) === 'ended')
    return refuse('ILLEGAL_MOVE', 'This delegation has ended already.', { currentStatus: 'ended' });
  return { ...current, revokedAt: now, revokedBy: by.userId, version: current.version + 1 };
}

function years(from: Date, count: number): Date {
  const date = new Date(from);
  date.setUTCFullYear(date.getUTCFullYear() + count);
  return date;
}
