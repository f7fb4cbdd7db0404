import type { Actor } from '@carethread/contracts/actor.ts';
import type { EmergencyReason } from '@carethread/contracts/events/identity.ts';
import type { EmergencyAccessId, OrganisationId, UserId } from '@carethread/contracts/ids.ts';
import { type Refusal, refuse, staleVersion } from '@carethread/service-kit/refusal.ts';

/** A record that is opened by somebody without part in it, and judged afterwards. Pure. */

export const findings = ['justified', 'not_justified'] as const;
export type Finding = (typeof findings)[number];

export interface EmergencyAccess {
  id: EmergencyAccessId;
  patientId: UserId;
  holderId: UserId;
  organisationId: OrganisationId;
  reason: EmergencyReason;
  text: string;
  openedAt: Date;
  endsAt: Date;
  endedAt: Date | null;
  finding: Finding | null;
  findingText: string | null;
  reviewedBy: UserId | null;
  reviewedAt: Date | null;
  version: number;
}

export interface EmergencyRules {
  minutes: number;
  /** Openings by one person within 24 hours. */
  perDay: number;
}

/** A proof of identity may be so old. */
const proofLifeSeconds = 300;

export const isOpen = (
  { endsAt, endedAt }: Pick<EmergencyAccess, 'endsAt' | 'endedAt'>,
  now: Date,
): boolean => endedAt === null && now < endsAt;

export interface Wish {
  id: EmergencyAccessId;
  patientId: UserId;
  reason: EmergencyReason;
  text: string;
}

/** What is known when somebody asks. */
export interface Situation {
  isPatient: boolean;
  /** Whether the patient lets it happen. */
  consents: boolean;
  /** Theirs of the last 24 hours. */
  recent: readonly Pick<EmergencyAccess, 'patientId' | 'endsAt' | 'endedAt'>[];
}

/** The access as it is opened. Another one to the same record has to wait for the end of this one: none grows longer. */
export function decideOpening(
  wish: Wish,
  { isPatient, consents, recent }: Situation,
  by: Actor,
  rules: EmergencyRules,
  now: Date,
): EmergencyAccess | Refusal {
  if (!isProofFresh(by, now))
    return refuse('STEP_UP_REQUIRED', 'Opening a record in an emergency asks for your password once more.');
  if (!isPatient || wish.patientId === by.userId)
    return refuse('NOT_FOUND', 'There is no such patient.', { path: ['input', 'patientId'] });
  if (!consents)
    return refuse('NOT_ALLOWED', 'This patient has objected to emergency access.', {
      path: ['input', 'patientId'],
    });
  if (recent.some((access) => access.patientId === wish.patientId && isOpen(access, now)))
    return refuse('CONFLICT', 'You have an emergency access to this record: go on with that one.');
  if (recent.length >= rules.perDay)
    return refuse('RATE_LIMITED', `Nobody opens more than ${rules.perDay} records in a day.`);
  return {
    ...wish,
    holderId: by.userId,
    organisationId: by.organisationId,
    openedAt: now,
    endsAt: new Date(now.getTime() + rules.minutes * 60_000),
    endedAt: null,
    finding: null,
    findingText: null,
    reviewedBy: null,
    reviewedAt: null,
    version: 1,
  };
}

const isProofFresh = ({ stepUp }: Actor, now: Date): boolean =>
  stepUp !== undefined && now.getTime() / 1000 - stepUp.at <= proofLifeSeconds;

/** The access after its holder has ended it. */
export function decideEnd(
  current: EmergencyAccess | null,
  expectedVersion: number,
  by: Actor,
  now: Date,
): EmergencyAccess | Refusal {
  if (!current || current.holderId !== by.userId) return unknown();
  if (current.version !== expectedVersion) return staleVersion(expectedVersion, current.version);
  if (!isOpen(current, now))
    return refuse('ILLEGAL_MOVE', 'This emergency access has ended.', { currentStatus: 'ended' });
  return { ...current, endedAt: now, version: current.version + 1 };
}

/** The access with what a reviewer found. Nobody judges their own. */
export function decideReview(
  current: EmergencyAccess | null,
  review: { expectedVersion: number; finding: Finding; text: string },
  by: Actor,
  now: Date,
): EmergencyAccess | Refusal {
  if (!current) return unknown();
  if (current.holderId === by.userId)
    return refuse('NOT_ALLOWED', 'Somebody else has to judge your own emergency access.');
  if (current.version !== review.expectedVersion)
    return staleVersion(review.expectedVersion, current.version);
  if (current.finding !== null)
    return refuse('ILLEGAL_MOVE', 'This emergency access was judged already.', { currentStatus: 'reviewed' });
  const ends = isOpen(current, now);
  return {
    ...current,
    endedAt: ends ? now : current.endedAt,
    finding: review.finding,
    findingText: review.text,
    reviewedBy: by.userId,
    reviewedAt: now,
    // Two things happen to one that is still open, and each is told under a number of its own.
    version: current.version + (ends ? 2 : 1),
  };
}

const unknown = () =>
  refuse('NOT_FOUND', 'There is no such emergency access.', { path: ['input', 'accessId'] });
