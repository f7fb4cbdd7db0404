import { checkInput } from '@carethread/service-kit/input.ts';
import { refuse, Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Asking } from '../asking.ts';
import { attemptHash, type Issuers } from '../issuers/issuers.ts';
import { IssuerUnavailable } from '../issuers/outside-issuer.ts';

const beginInput = z.object({
  issuer: z.string().max(40, 'must be the key of an issuer'),
  redirectUri: z.string().max(500, 'must be at most 500 characters'),
  fresh: z.boolean().default(false),
});
/** For so long somebody may take to sign in there. */
const attemptLifeMs = 10 * 60_000;

const begin = 'SELECT sign_in.begin_outside($1, $2, $3, $4, $5, $6)';

export interface OutsideSignIn {
  authorizationUrl: string;
  attempt: string;
  expiresAt: Date;
}

/** Sends somebody to an issuer outside to sign in there. */
export async function beginOutsideSignIn(
  asking: Asking,
  issuers: Issuers,
  input: unknown,
): Promise<OutsideSignIn | Refusal> {
  const wish = checkInput(beginInput, input);
  if (wish instanceof Refusal) return wish;
  const issuer = issuers.byKey(wish.issuer);
  if (!issuer) return refuse('NOT_FOUND', 'There is no such issuer.', { path: ['input', 'issuer'] });
  const { settings } = issuer;
  if (!settings.redirectUris.includes(wish.redirectUri))
    return refuse('INVALID', 'redirectUri: is not one that is registered for this issuer', {
      path: ['input', 'redirectUri'],
    });
  const attempt = issuers.newAttempt();
  const now = asking.now();
  const expiresAt = new Date(now.getTime() + attemptLifeMs);
  try {
    const authorizationUrl = await issuer.authorizationUrl(
      issuers.wayOf(attempt),
      wish.redirectUri,
      wish.fresh,
    );
    const values = [attemptHash(attempt), settings.issuer, wish.redirectUri, wish.fresh, expiresAt, now];
    await asking.database.asActor(null, (tx) => tx.query(begin, values));
    return { authorizationUrl, attempt, expiresAt };
  } catch (error) {
    if (!(error instanceof IssuerUnavailable)) throw error;
    asking.log.warn({ error, issuer: settings.key }, 'outside issuer cannot be reached');
    return refuse('UNAVAILABLE', `The sign-in of ${settings.name} cannot be reached just now; try again.`);
  }
}
