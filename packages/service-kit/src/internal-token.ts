import { actorSchema, type Actor } from '@carethread/contracts/actor.ts';
import jwt from 'jsonwebtoken';
import jwksClient from 'jwks-rsa';
import { LRUCache } from 'lru-cache';

/** `typ` of the tokens the gateway mints for services; an access token of a client has another one and is refused. */
export const internalTokenType = 'ct-internal+jwt';
export const internalIssuer = 'carethread-gateway';

export class InvalidToken extends Error {}

/**
 * Checks the token the gateway sends with each request: ES256, from the gateway, for this service, not expired.
 * Answers the person it speaks for, null for anonymous. Checked tokens are remembered until they expire.
 */
export function internalTokenVerifier(options: { jwksUrl: string; audience: string }) {
  const keys = jwksClient({ jwksUri: options.jwksUrl, cache: true, rateLimit: true, timeout: 2_000 });
  const known = new LRUCache<string, { actor: Actor | null }>({ max: 5_000 });

  return async (header: string | undefined): Promise<Actor | null> => {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(header ?? '')?.[1];
    if (!token) throw new InvalidToken('no internal token');
    const hit = known.get(token);
    if (hit) return hit.actor;
    const head = jwt.decode(token, { complete: true })?.header;
    if (head?.typ !== internalTokenType || head.alg !== 'ES256')
      throw new InvalidToken('not an internal token');
    const key = await keys.getSigningKey(head.kid);
    const claims = verify(token, key.getPublicKey(), options.audience);
    const actor = claims['actor'] === undefined ? null : actorSchema.parse(claims['actor']);
    const ttl = (claims.exp ?? 0) * 1000 - Date.now();
    if (ttl > 0) known.set(token, { actor }, { ttl });
    return actor;
  };
}

function verify(token: string, key: string, audience: string): jwt.JwtPayload {
  try {
    const claims = jwt.verify(token, key, {
      algorithms: ['ES256'],
      issuer: internalIssuer,
      audience,
      clockTolerance: 2,
    });
    if (typeof claims === 'string') throw new InvalidToken('no claims');
    return claims;
  } catch (error) {
    throw new InvalidToken((error as Error).message);
  }
}
