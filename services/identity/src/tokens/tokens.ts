import type { Actor, StepUp } from '@carethread/contracts/actor.ts';
import { programTokenLifeMs } from '../session.ts';
import { mintAccessToken } from './access-token.ts';
import { oneTimeTokenFor, oneTimeTokenSecret } from './one-time-token.ts';
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

/** What a client gets to act in another's place, or in an emergency. */
export interface LimitedToken {
  accessToken: string;
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
  const oneTimeSecret = oneTimeTokenSecret(options.keyEncryptionKey);
  const mint = async (actor: Actor, endsAt?: Date) =>
    mintAccessToken(actor, {
      key: (await keyRing()).current,
      issuer,
      now: now(),
      ...(endsAt && { endsAt }),
    });
  return {
    /** The refresh token that replaces this one; always the same. */
    successorOf: (refreshToken: string) => successorOf(refreshToken, secret),
    /** The token of the invitation or reset with this id; always the same. */
    oneTime: (id: string) => oneTimeTokenFor(id, oneTimeSecret),
    signedIn: async (actor: Actor, refreshToken: string): Promise<SignedIn> => ({
      actor,
      refreshToken,
      ...(await mint(actor)),
    }),
    /** For a service account: no refresh token, it comes back with the next assertion. */
    forProgram: async (actor: Actor, networks: readonly string[]) => {
      const { accessToken } = mintAccessToken(actor, {
        key: (await keyRing()).current,
        issuer,
        now: now(),
        networks,
      });
      return { accessToken, lifeSeconds: programTokenLifeMs / 1000 };
    },
    /** An access token beside the session's own, which ends with `endsAt` at the latest and cannot be renewed. */
    limited: (actor: Actor, endsAt: Date): Promise<LimitedToken> => mint(actor, endsAt),
    confirmed: async (actor: Actor, { at }: StepUp): Promise<Confirmed> => ({
      ...(await mint(actor)),
      confirmedAt: new Date(at * 1000),
    }),
  };
}
