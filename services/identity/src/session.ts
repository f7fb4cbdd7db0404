/** How long a session and its tokens live, and what becomes of a refresh token that is presented. Pure. */

const minute = 60_000;
const day = 24 * 60 * minute;

/** An access token cannot be called back, so it is short. */
export const accessTokenLifeMs = 10 * minute;
/** A program gets a new one without asking anybody. */
export const programTokenLifeMs = 5 * minute;
/** A session nobody uses ends after this … */
const idleLifeMs = 30 * day;
/** … and every session after this. */
const sessionLifeMs = 90 * day;
/** For so long a used refresh token still gets its successor: two tabs woke together, or an answer was lost. */
export const graceMs = 10_000;

/** What an organisation, or the platform, asks of sessions that act in a role. Null: no more than of all. */
export interface SignInPolicy {
  /** Only sessions that were opened with two factors. */
  mfaRequired: boolean;
  idleMinutes: number | null;
  lifetimeMinutes: number | null;
}

export interface SessionTimes {
  expiresAt: Date;
  endsAt: Date;
}

/** When a session that begins now will end. */
export function newSessionTimes(now: Date, policy: SignInPolicy): SessionTimes {
  const endsAt = after(now, lifeMs(policy));
  return { endsAt, expiresAt: extendedExpiry(now, endsAt, policy) };
}

/** When a session and its newest refresh token expire after a use at `now`. */
export const extendedExpiry = (now: Date, endsAt: Date, policy: SignInPolicy): Date =>
  earlier(after(now, idleMs(policy)), endsAt);

export interface SessionState extends SessionTimes {
  createdAt: Date;
  lastUsedAt: Date;
  revokedAt: Date | null;
  /** How it was opened, in the words of RFC 8176. */
  methods: string[];
  /** The membership it acts in has ended. */
  membershipEnded: boolean;
  /** What is asked of it now; it may have been opened under a milder one. */
  policy: SignInPolicy;
}

/** When the session ends in any case, as of now. */
export const endOf = ({ createdAt, endsAt, policy }: SessionState): Date =>
  earlier(endsAt, after(createdAt, lifeMs(policy)));

export const isActive = (session: SessionState, now: Date): boolean =>
  session.revokedAt === null &&
  !session.membershipEnded &&
  now < session.expiresAt &&
  now < after(session.lastUsedAt, idleMs(session.policy)) &&
  now < endOf(session) &&
  satisfies(session.methods, session.policy);

/** Whether a session that was opened like this may act under this policy. */
export const satisfies = (methods: readonly string[], { mfaRequired }: SignInPolicy): boolean =>
  !mfaRequired || methods.includes('mfa');

const idleMs = ({ idleMinutes }: SignInPolicy) => Math.min(idleLifeMs, (idleMinutes ?? Infinity) * minute);
const lifeMs = ({ lifetimeMinutes }: SignInPolicy) =>
  Math.min(sessionLifeMs, (lifetimeMinutes ?? Infinity) * minute);
const earlier = (one: Date, other: Date) => (one < other ? one : other);

export interface PresentedToken {
  expiresAt: Date;
  /** When it was used up; null for the newest token of its session. */
  replacedAt: Date | null;
  /** What became of the token it was replaced by; gone when the session went on in another membership meanwhile. */
  successor: 'unused' | 'used' | 'gone';
}

/**
 * - rotate: use it up, give out its successor.
 * - repeat: give out the same successor again. There stays one line of tokens, so a thief who got in within the grace is
 *   found out at the next use.
 * - revoke: it was used up before, so two parties hold it and nobody knows which is the thief.
 * - refuse: it is of no use; nothing points to theft.
 */
export type RefreshDecision = 'rotate' | 'repeat' | 'revoke' | 'refuse';

export function decideRefresh(session: SessionState, token: PresentedToken, now: Date): RefreshDecision {
  if (!isActive(session, now) || now >= token.expiresAt) return 'refuse';
  if (token.replacedAt === null) return 'rotate';
  if (now.getTime() - token.replacedAt.getTime() > graceMs) return 'revoke';
  switch (token.successor) {
    case 'unused':
      return 'repeat';
    case 'gone':
      return 'refuse';
    case 'used':
      return 'revoke';
    default:
      return token.successor satisfies never;
  }
}

const after = (from: Date, milliseconds: number) => new Date(from.getTime() + milliseconds);
