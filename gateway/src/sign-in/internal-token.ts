import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { internalIssuer, internalTokenType } from '@carethread/service-kit/internal-token.ts';
import jwt from 'jsonwebtoken';
import { ExpiringCache } from '../expiring-cache.ts';
import type { Caller } from './caller.ts';

const lifeSeconds = 60;
/** A token is used for this long, so that it has half its life left when a service reads it. */
const reuseForMs = 30_000;

export interface InternalTokens {
  /** The token that tells the service `audience` for whom we ask; null is an anonymous caller. */
  tokenFor(caller: Caller | null, audience: string): string;
  /** Public keys for the services (RFC 7517). */
  readonly jwks: { keys: JsonWebKey[] };
}

/** Mints ES256 tokens for the services: one per person and service, signed with the first of the keys. */
export function createInternalTokens(keys: readonly [KeyObject, ...KeyObject[]]): InternalTokens {
  const [signingKey] = keys;
  const published = keys.map((key) => publicJwk(key));
  const keyid = published[0]?.['kid'] as string;
  const minted = new ExpiringCache<string>(20_000);

  return {
    jwks: { keys: published },
    tokenFor(caller, audience) {
      const about = `${audience} ${caller?.key ?? ''}`;
      const known = minted.get(about);
      if (known) return known;
      const token = jwt.sign(caller ? { actor: caller.actor } : {}, signingKey, {
        algorithm: 'ES256',
        keyid,
        header: { alg: 'ES256', typ: internalTokenType },
        issuer: internalIssuer,
        audience,
        expiresIn: lifeSeconds,
      });
      minted.set(about, token, Date.now() + reuseForMs);
      return token;
    },
  };
}

/** The public half, named by its thumbprint (RFC 7638), so that every instance with this key gives it the same id. */
function publicJwk(key: KeyObject): JsonWebKey {
  const { crv, kty, x, y } = createPublicKey(key).export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  return { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' };
}
