import { createHash, createPublicKey, type JsonWebKey } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { isId } from '@carethread/contracts/ids.ts';

/** How a service account proves who it is: a JWT of its own (RFC 7523), signed with a key it registered. Pure but for the clock. */

/** An assertion may be good for this long, and is kept for as long once it was used. */
const longestLifeSeconds = 300;
const toleranceSeconds = 30;

export interface RegisteredKey {
  id: string;
  kid: string;
  algorithm: string;
  publicJwk: JsonWebKey;
}

/** Whose assertion it says it is; null when it is nothing of the kind. To be believed only once it is verified. */
export function claimedAccount(assertion: string): { account: string; kid: string } | null {
  try {
    const { iss, sub } = decodeJwt(assertion);
    const { kid } = decodeProtectedHeader(assertion);
    return isId(sub) && iss === sub && kid ? { account: sub.toLowerCase(), kid } : null;
  } catch {
    return null;
  }
}

export interface ProvedAssertion {
  key: RegisteredKey;
  /** What it is recognised by when it comes again. */
  jtiHash: Buffer;
  expiresAt: Date;
}

/** Thrown for an assertion that proves nothing. The message is for our log only. */
export class AssertionRefused extends Error {
  override name = 'AssertionRefused';
}

/**
 * Verifies an assertion with the key it names: signature by that key's one algorithm, issuer and subject the account,
 * one of our audiences, an end within five minutes, an id (jti).
 */
export async function verifyAssertion(
  assertion: string,
  expected: { account: string; kid: string; keys: readonly RegisteredKey[]; audiences: string[]; now: Date },
): Promise<ProvedAssertion> {
  const { account, audiences, now } = expected;
  const key = expected.keys.find(({ kid }) => kid === expected.kid);
  if (!key) throw new AssertionRefused('unknown key');
  const claims = await verified(() =>
    jwtVerify(assertion, createPublicKey({ key: key.publicJwk, format: 'jwk' }), {
      algorithms: [key.algorithm],
      issuer: account,
      subject: account,
      audience: audiences,
      requiredClaims: ['exp', 'jti'],
      clockTolerance: toleranceSeconds,
      currentDate: now,
    }),
  );
  const { jti = '', exp = 0, aud } = claims;
  // Several audiences would let one of them present it to us (RFC 7523bis).
  if (Array.isArray(aud) && aud.length !== 1) throw new AssertionRefused('several audiences');
  if (typeof jti !== 'string' || jti === '' || jti.length > 200) throw new AssertionRefused('no usable jti');
  if (exp * 1000 > now.getTime() + (longestLifeSeconds + toleranceSeconds) * 1000)
    throw new AssertionRefused('good for too long');
  return {
    key,
    jtiHash: createHash('sha256').update(jti).digest(),
    expiresAt: new Date((exp + toleranceSeconds) * 1000),
  };
}

async function verified(verify: () => ReturnType<typeof jwtVerify>) {
  try {
    return (await verify()).payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) throw new AssertionRefused(error.message);
    throw error;
  }
}
