import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** A refresh token: 256 bits, opaque. Only its hash is stored. */
export const newRefreshToken = (): string => randomBytes(32).toString('base64url');

/** Under which a token is stored. It is random, so one round of SHA-256 is enough. */
export const refreshTokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();

/**
 * The token that replaces this one. It follows from the token and a secret of ours, so the same successor can be given
 * out twice within the grace although no token is stored; without the secret nobody can follow the line.
 */
export const successorOf = (token: string, secret: Buffer): string =>
  createHmac('sha256', secret).update(token).digest('base64url');

/** The secret for successors, from the service's one configured key. */
export const successorSecret = (keyEncryptionKey: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', keyEncryptionKey, '', 'refresh token successors', 32));
