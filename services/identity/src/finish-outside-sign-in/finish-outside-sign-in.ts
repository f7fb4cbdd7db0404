import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { refuse, Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Asking } from '../asking.ts';
import { stepUpIn } from '../issuers/claims.ts';
import { attemptHash, type Issuers } from '../issuers/issuers.ts';
import { IssuerUnavailable, type OutsideIssuer, ProofRefused } from '../issuers/outside-issuer.ts';
import type { SignedIn, Tokens } from '../tokens/tokens.ts';
import { admit } from './admit.ts';

const finishInput = z.object({
  attempt: z.string().max(100, 'must be what beginOutsideSignIn answered'),
  callbackUrl: z
    .string()
    .max(4_000, 'must be at most 4000 characters')
    .refine(URL.canParse, 'must be an address'),
  membershipId: idSchema<'Membership'>().nullish(),
});

const take = 'SELECT issuer, redirect_uri, fresh FROM sign_in.take_outside($1, $2)';
interface Attempt {
  issuer: string;
  redirect_uri: string;
  fresh: boolean;
}

/** Begins a session for what an issuer outside says of somebody. Each attempt is answered once, whatever comes of it. */
export async function finishOutsideSignIn(
  asking: Asking,
  { issuers, tokens }: { issuers: Issuers; tokens: Tokens },
  input: unknown,
): Promise<SignedIn | Refusal> {
  const wish = checkInput(finishInput, input);
  if (wish instanceof Refusal) return wish;
  const [attempt] = await asking.database.asActor(null, (tx) =>
    tx.query<Attempt>(take, [attemptHash(wish.attempt), asking.now()]),
  );
  const issuer = attempt && issuers.byAddress(attempt.issuer);
  const callback = new URL(wish.callbackUrl);
  if (!issuer) return beginAgain();
  const { key, name } = issuer.settings;
  try {
    if (!isSentTo(callback, attempt.redirect_uri)) throw new ProofRefused('answered to another address');
    const claims = await issuer.claimsFrom(callback, issuers.wayOf(wish.attempt), attempt.fresh);
    const admitted = await admit(asking, issuer, claims, wish.membershipId ?? null);
    if (admitted instanceof Refusal) return admitted;
    const stepUp = stepUpIn(claims, issuer.settings, asking.now());
    const actor = stepUp ? { ...admitted.actor, stepUp } : admitted.actor;
    return tokens.signedIn(actor, admitted.refreshToken);
  } catch (error) {
    if (error instanceof ProofRefused) return refused(asking, issuer, error);
    if (!(error instanceof IssuerUnavailable)) throw error;
    asking.log.warn({ error, issuer: key }, 'outside issuer cannot be reached');
    return refuse('UNAVAILABLE', `The sign-in of ${name} cannot be reached just now; begin again.`);
  }
}

/** The registered address, with whatever the issuer put behind it. */
function isSentTo(callback: URL, redirectUri: string): boolean {
  const registered = new URL(redirectUri);
  const place = ({ protocol, host, pathname }: URL) => `${protocol}//${host}${pathname}`;
  if (place(callback) !== place(registered) || callback.username || callback.password) return false;
  return [...registered.searchParams].every(([name, value]) => callback.searchParams.get(name) === value);
}

function refused(
  { log }: Asking,
  { settings: { key, name } }: OutsideIssuer,
  { message }: ProofRefused,
): Refusal {
  log.warn({ issuer: key, reason: message }, 'outside sign-in refused');
  return refuse('NOT_ALLOWED', `What ${name} answered does not prove who you are. Begin again.`);
}

const beginAgain = () =>
  refuse('EXPIRED', 'This sign-in took too long, or was finished before. Begin again.', {
    path: ['input', 'attempt'],
  });
