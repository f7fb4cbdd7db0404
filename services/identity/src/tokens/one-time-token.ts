import { createHash, createHmac, hkdfSync } from 'node:crypto';

/**
 * The token of an invitation or a reset. It follows from the id and a secret of ours, so a repeated command can answer the
 * same one although only its hash is stored.
 */
export const oneTimeTokenFor = (id: string, secret: Buffer): string =>
  createHmac('sha256', secret).update(id).digest('base64url');

/** Under which a token is stored. It cannot be guessed, so one round of SHA-256 is enough. */
export const oneTimeTokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();

/** The secret for these tokens, from the service's one configured key. */
export const oneTimeTokenSecret = (keyEncryptionKey: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', keyEncryptionKey, '', 'one-time tokens', 32));
