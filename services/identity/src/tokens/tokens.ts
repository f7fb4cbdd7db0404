import type { Actor } from '@carethread/contracts/actor.ts';
import { mintAccessToken } from './access-token.ts';
import { successorOf, successorSecret } from './refresh-token.ts';
import type { KeyRing } from './signing-keys.ts';

/** What a client gets when it signs in, refreshes or changes its membership. */
export interface SignedIn {
  actor: Actor;
  accessToken: string;
  refreshToken: string;
  /** End of the access token. */
  expiresAt: Date;
}

export type Tokens = ReturnType<typeof createTokens>;

/** All that gives out tokens, around the service's keys. */
export function createTokens(options: {
  keyRing: () => Promise<KeyRing>;
  keyEncryptionKey: Buffer;
  issuer: string;
  now: () => Date;
}) {
  const { keyRing, issuer, now } = options;
  const secret = successorSecret(options.keyEncryptionKey);
  return {
    /** The refresh token that replaces this one; always the same. */
    successorOf: (refreshToken: string) => successorOf(refreshToken, secret),
    async signedIn(actor: Actor, refreshToken: string): Promise<SignedIn> {
      const { current } = await keyRing();
      return { actor, refreshToken, ...mintAccessToken(actor, { key: current, issuer, now: now() }) };
    },
  };
}
