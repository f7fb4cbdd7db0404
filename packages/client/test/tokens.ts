import type { Tokens } from '../src/session.ts';

/** Somebody who is signed in. */
export const tokens: Tokens = {
  accessToken: 'a.b.c',
  refreshToken: 'r',
  expiresAt: new Date(Date.now() + 600_000).toISOString(),
  as: { userId: 'anna', membershipId: 'm', organisationId: 'o', role: 'PATIENT' },
};
