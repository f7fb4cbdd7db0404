import type { KeyObject } from 'node:crypto';
import type { Actor } from '@carethread/contracts/actor.ts';
import jwt from 'jsonwebtoken';
import { accessTokenLifeMs, programTokenLifeMs } from '../session.ts';

/** `typ` of access tokens (RFC 9068): no other kind of token passes for one. */
const accessTokenType = 'at+jwt';
const audience = 'carethread-api';

export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
}

interface Minting {
  key: SigningKey;
  issuer: string;
  now: Date;
  /** From where a program may use it; without any, from anywhere. */
  networks?: readonly string[];
  /** When it ends at the latest. */
  endsAt?: Date;
}

/**
 * A signed statement of who somebody is and what they act as, for ten minutes, of a program for five, or until `endsAt`
 * if that is sooner.
 */
export function mintAccessToken(
  actor: Actor,
  { key, issuer, now, networks = [], endsAt }: Minting,
): { accessToken: string; expiresAt: Date } {
  const issuedAt = Math.floor(now.getTime() / 1000);
  const latest = Math.floor((endsAt?.getTime() ?? Infinity) / 1000);
  const life = actor.client ? programTokenLifeMs : accessTokenLifeMs;
  const expires = Math.min(issuedAt + life / 1000, latest);
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
    // RFC 8693 says `act` for who acts in the place of `sub`.
    ...(actor.proxyId && {
      act: { sub: actor.proxyId },
      delegation: actor.delegationId,
      proxy: actor.proxyScopes ?? [],
    }),
    ...(actor.emergencyId && { emergency: actor.emergencyId }),
    ...(actor.client && { client_id: actor.client.id, scope: actor.client.scopes.join(' ') }),
    ...(networks.length > 0 && { nets: networks }),
    iat: issuedAt,
    exp: expires,
  };
  const header = { alg: 'ES256', typ: accessTokenType, kid: key.kid };
  const accessToken = jwt.sign(claims, key.privateKey, { algorithm: 'ES256', header });
  return { accessToken, expiresAt: new Date(expires * 1000) };
}
