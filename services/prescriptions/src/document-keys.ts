import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import jwt from 'jsonwebtoken';

/** What a token of ours is for; it counts for nothing else. */
export interface Purpose {
  readonly type: string;
  readonly audience: string;
}

/** Signs what has to come back to us, or to show that we ask. */
export interface DocumentKeys {
  /** An ES256 token with these claims, good until `expiresAt`. */
  sign(purpose: Purpose, claims: object, expiresAt: Date): string;
  /** The claims of a token of ours for this purpose; null for any other text, and for one that has expired. */
  read(purpose: Purpose, token: string, now: Date): Record<string, unknown> | null;
  /** The public key as a JWK set (RFC 7517). */
  readonly keySet: { keys: object[] };
}

const issuer = 'carethread-prescriptions';

/** @param signingKey ES256 private key (PEM) */
export function documentKeys(signingKey: string): DocumentKeys {
  const privateKey = createPrivateKey(signingKey);
  const publicKey = createPublicKey(privateKey);
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' });
  // The JWK thumbprint (RFC 7638).
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  return {
    sign: ({ type, audience }, claims, expiresAt) =>
      jwt.sign({ ...claims, exp: Math.floor(expiresAt.getTime() / 1_000) }, privateKey, {
        algorithm: 'ES256',
        header: { alg: 'ES256', kid, typ: type },
        issuer,
        audience,
        noTimestamp: true,
      }),
    read({ type, audience }, token, now) {
      try {
        const { header, payload } = jwt.verify(token, publicKey, {
          algorithms: ['ES256'],
          issuer,
          audience,
          complete: true,
          clockTimestamp: Math.floor(now.getTime() / 1_000),
        });
        return header.typ === type && typeof payload === 'object' ? payload : null;
      } catch {
        return null;
      }
    },
    keySet: { keys: [{ kty, crv, x, y, kid, alg: 'ES256', use: 'sig' }] },
  };
}
