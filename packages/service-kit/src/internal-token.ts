import { actorSchema, type Actor } from '@carethread/contracts/actor.ts';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import type { KeyObject } from 'node:crypto';
import type { Log } from './log.ts';
import { PublishedKeys } from './published-keys.ts';

/** `typ` of the tokens the gateway mints for services; an access token of a client has another one and is refused. */
export const internalTokenType = 'ct-internal+jwt';
export const internalIssuer = 'carethread-gateway';

export class InvalidToken extends Error {}

/**
 * Checks the token the gateway sends with each request: ES256, from the gateway, for this service, not expired.
 * Answers the person it speaks for, null for anonymous. Checked tokens are remembered until they expire. Throws InvalidToken,
 * or KeysUnavailable when the gateway's keys were never fetched.
 */
export function internalTokenVerifier(options: { jwksUrl: string; audience: string; log: Log }) {
  const keys = new PublishedKeys(options.jwksUrl, options.log);
  const known = new LRUCache<string, { actor: Actor | null }>({ max: 5_000 });
  keys.onChange = () => known.clear();

  return async (header: string | undefined): Promise<Actor | null> => {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(header ?? '')?.[1];
    if (!token) throw new InvalidToken('no internal token');
    const hit = known.get(token);
    if (hit) return hit.actor;
    const head = jwt.decode(token, { complete: true })?.header;
    if (head?.typ !== internalTokenType || head.alg !== 'ES256' || !head.kid)
      throw new InvalidToken('not an internal token');
    const key = await keys.find(head.kid);
    if (!key) throw new InvalidToken('unknown key');
    const claims = verify(token, key, options.audience);
    const actor = claims['actor'] === undefined ? null : actorSchema.parse(claims['actor']);
    const ttl = (claims.exp ?? 0) * 1000 - Date.now();
    if (ttl > 0) known.set(token, { actor }, { ttl });
    return actor;
  };
}

function verify(token: string, key: KeyObject, audience: string): jwt.JwtPayload {
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
