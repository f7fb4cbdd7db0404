import type { KeyObject } from 'node:crypto';
import type { Actor } from '@carethread/contracts/actor.ts';
import jwt from 'jsonwebtoken';
import { accessTokenLifeMs } from '../session.ts';

/** `typ` of access tokens (RFC 9068): no other kind of token passes for one. */
const accessTokenType = 'at+jwt';
const audience = 'carethread-api';

export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
}

/** A signed statement of who somebody is and what they act as, for ten minutes. */
export function mintAccessToken(
  actor: Actor,
  { key, issuer, now }: { key: SigningKey; issuer: string; now: Date },
): { accessToken: string; expiresAt: Date } {
  const issuedAt = Math.floor(now.getTime() / 1000);
  const expires = issuedAt + accessTokenLifeMs / 1000;
  const claims = {
    iss: issuer,
    aud: audience,
    sub: actor.userId,
    sid: actor.sessionId,
    mid: actor.membershipId,
    org: actor.organisationId,
    role: actor.role,
    perms: actor.permissions,
    // When and how, in the claims of RFC 9068: only after the person has proved it again within the session.
    ...(actor.stepUp && { auth_time: actor.stepUp.at, amr: actor.stepUp.methods }),
    iat: issuedAt,
    exp: expires,
  };
  const header = { alg: 'ES256', typ: accessTokenType, kid: key.kid };
  const accessToken = jwt.sign(claims, key.privateKey, { algorithm: 'ES256', header });
  return { accessToken, expiresAt: new Date(expires * 1000) };
}
