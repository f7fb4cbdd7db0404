import type { Actor } from '@carethread/contracts/actor.ts';
import { refuse, type Refusal } from '@carethread/service-kit/refusal.ts';
import { hasAny, type SecondFactors } from './factor-store.ts';

/** How old a proof may be by which somebody changes how they sign in. */
export const proofLifeSeconds = 300;

/**
 * What stands between a person and a change of how they sign in; null when nothing does. Who has a second factor needs it
 * for that: else a stolen session and the password would be enough to take it away.
 */
export function missingProof({ stepUp }: Actor, factors: SecondFactors, now: Date): Refusal | null {
  const isRecent = stepUp !== undefined && now.getTime() / 1000 - stepUp.at <= proofLifeSeconds;
  if (isRecent && (!hasAny(factors) || stepUp.methods.includes('mfa'))) return null;
  const how = hasAny(factors) ? ' with your second factor' : '';
  return refuse(
    'STEP_UP_REQUIRED',
    `Prove once more who you are${how} (confirmIdentity), and do this within five minutes with the access token you get.`,
  );
}
