import { describe, expect, it } from '@jest/globals';
import {
  decideRefresh,
  extendedExpiry,
  newSessionTimes,
  type PresentedToken,
  type SessionState,
  type SignInPolicy,
} from './session.ts';

const now = new Date('2026-11-20T12:00:00Z');
const fromNow = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const day = 86_400;

const nothingAsked: SignInPolicy = { mfaRequired: false, idleMinutes: null, lifetimeMinutes: null };
const session: SessionState = {
  expiresAt: fromNow(30 * day),
  endsAt: fromNow(60 * day),
  createdAt: fromNow(-30 * day),
  lastUsedAt: fromNow(-60),
  revokedAt: null,
  methods: ['pwd'],
  membershipEnded: false,
  policy: nothingAsked,
};
const newest: PresentedToken = { expiresAt: fromNow(30 * day), replacedAt: null, successor: 'gone' };
const replaced = (secondsAgo: number, successor: PresentedToken['successor']): PresentedToken => ({
  ...newest,
  replacedAt: fromNow(-secondsAgo),
  successor,
});

describe('a refresh token', () => {
  it.each([
    ['the newest', newest, 'rotate'],
    ['used 1 s ago by another tab', replaced(1, 'unused'), 'repeat'],
    ['used 10 s ago by another tab', replaced(10, 'unused'), 'repeat'],
    ['used 11 s ago', replaced(11, 'unused'), 'revoke'],
    ['used 1 s ago, its successor used as well', replaced(1, 'used'), 'revoke'],
    ['used 1 s ago, before acting as somebody else', replaced(1, 'gone'), 'refuse'],
    ['used long before acting as somebody else', replaced(day, 'gone'), 'revoke'],
    ['the newest, expired', { ...newest, expiresAt: now }, 'refuse'],
    ['used long ago, expired', { ...replaced(31 * day, 'used'), expiresAt: fromNow(-day) }, 'refuse'],
  ] as const)('%s', (_, token, decision) => {
    expect(decideRefresh(session, token, now)).toBe(decision);
  });

  it.each([
    ['was revoked', { revokedAt: fromNow(-1) }],
    ['was not used for a month', { expiresAt: now }],
    ['is three months old', { endsAt: now }],
    ['acts in a membership that has ended', { membershipEnded: true }],
    [
      'was not used for as long as is allowed now',
      { lastUsedAt: fromNow(-900), policy: { ...nothingAsked, idleMinutes: 15 } },
    ],
    [
      'is older than is allowed now',
      { createdAt: fromNow(-3600), policy: { ...nothingAsked, lifetimeMinutes: 60 } },
    ],
    [
      'was opened with one factor, and two are asked for now',
      { policy: { ...nothingAsked, mfaRequired: true } },
    ],
  ])('is of no use when its session %s', (_, change) => {
    expect(decideRefresh({ ...session, ...change }, newest, now)).toBe('refuse');
    expect(decideRefresh({ ...session, ...change }, replaced(60, 'used'), now)).toBe('refuse');
  });
});

describe('a session', () => {
  it('lives 30 days from its last use, 90 at most', () => {
    const { expiresAt, endsAt } = newSessionTimes(now, nothingAsked);
    expect(expiresAt).toEqual(fromNow(30 * day));
    expect(endsAt).toEqual(fromNow(90 * day));
    expect(extendedExpiry(fromNow(10 * day), endsAt, nothingAsked)).toEqual(fromNow(40 * day));
    expect(extendedExpiry(fromNow(80 * day), endsAt, nothingAsked)).toEqual(fromNow(90 * day));
  });

  it('lives shorter where that is asked, and never longer', () => {
    const short = { ...nothingAsked, idleMinutes: 20, lifetimeMinutes: 480 };
    expect(newSessionTimes(now, short)).toEqual({ expiresAt: fromNow(1200), endsAt: fromNow(28_800) });
    expect(extendedExpiry(fromNow(28_000), fromNow(28_800), short)).toEqual(fromNow(28_800));
    const long = { ...nothingAsked, idleMinutes: 1e6, lifetimeMinutes: 1e6 };
    expect(newSessionTimes(now, long)).toEqual(newSessionTimes(now, nothingAsked));
  });

  it('that was opened with two factors goes on where two are asked for', () => {
    const asked = { ...session, policy: { ...nothingAsked, mfaRequired: true } };
    expect(decideRefresh({ ...asked, methods: ['pwd', 'otp', 'mfa'] }, newest, now)).toBe('rotate');
  });
});
