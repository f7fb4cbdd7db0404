import type { Actor, StepUp } from '@carethread/contracts/actor.ts';
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

/** What a client gets when it proves once more who it is. */
export interface Confirmed {
  accessToken: string;
  /** End of the access token. */
  expiresAt: Date;
  confirmedAt: Date;
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
  const mint = async (actor: Actor) =>
    mintAccessToken(actor, { key: (await keyRing()).current, issuer, now: now() });
  return {
    /** The refresh token that replaces this one; always the same. */
    successorOf: (refreshToken: string) => successorOf(refreshToken, secret),
    signedIn: async (actor: Actor, refreshToken: string): Promise<SignedIn> => ({
      actor,
      refreshToken,
      ...(await mint(actor)),
    }),
    confirmed: async (actor: Actor, { at }: StepUp): Promise<Confirmed> => ({
      ...(await mint(actor)),
      confirmedAt: new Date(at * 1000),
    }),
  };
}
