import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/** A public key of a partner, and the one algorithm it is used with: nobody can talk us into another. */
export interface PublicKey {
  /** As the partner calls it. */
  kid: string;
  algorithm: string;
  publicJwk: JsonWebKey;
}

/**
 * A public JWK (RFC 7517) as JSON text: EC on P-256 or P-384, Ed25519, or RSA of at least 2048 bits; with its id (kid). A
 * private one is refused loudly: whoever sent it has given it away.
 */
export const publicKeySchema = z
  .string()
  .max(4_000, 'must be at most 4000 characters')
  .transform((text, context): PublicKey => {
    const fail = (message: string): never => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    const jwk = parsed(text);
    if (!jwk) return fail('must be a JWK, as JSON');
    if (jwk['d'] !== undefined || jwk['k'] !== undefined)
      return fail('is a private key. Do not use it any more; make a new one and send its public half');
    const { kid } = jwk;
    if (typeof kid !== 'string' || !/^[\w.:-]{1,100}$/.test(kid))
      return fail('must have an id (kid) of letters, digits and . _ : -, at most 100');
    const key = imported(jwk);
    const algorithm = key && algorithmOf(key, jwk['alg']);
    if (!algorithm) return fail('must be EC P-256 or P-384, Ed25519, or RSA of at least 2048 bits');
    return { kid, algorithm, publicJwk: { ...key.export({ format: 'jwk' }), kid, alg: algorithm } };
  });

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function imported(jwk: Record<string, unknown>): KeyObject | null {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return null;
  }
}

function algorithmOf(key: KeyObject, wished: unknown): string | null {
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'ec':
      return namedCurve === 'prime256v1' ? 'ES256' : namedCurve === 'secp384r1' ? 'ES384' : null;
    case 'ed25519':
      return 'EdDSA';
    case 'rsa':
      return modulusLength < 2048 ? null : wished === 'PS256' ? 'PS256' : 'RS256';
    default:
      return null;
  }
}
