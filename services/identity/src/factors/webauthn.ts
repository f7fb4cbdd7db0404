import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { UserId } from '@carethread/contracts/ids.ts';
import type { Log } from '@carethread/service-kit/log.ts';
import { z } from 'zod';
import { challengeLifeMs } from './challenge.ts';

/** Which passkeys are ours. */
export interface RelyingParty {
  name: string;
  /** RP ID. */
  domain: string;
  origins: string[];
}

/** A passkey as its signatures are checked. */
export interface KnownPasskey {
  credentialId: Buffer;
  /** COSE. */
  publicKey: Buffer;
}

export interface NewPasskey extends KnownPasskey {
  counter: number;
  transports: string[];
  synced: boolean;
}

const base64Url = z
  .string()
  .regex(/^[\w-]+$/)
  .max(6_000);
const credential = { id: base64Url, rawId: base64Url, type: z.literal('public-key') };
const attestationSchema = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64Url,
    attestationObject: base64Url,
    transports: z.array(z.string().max(20)).max(10).default([]),
  }),
});
const assertionSchema = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64Url,
    authenticatorData: base64Url,
    signature: base64Url,
    userHandle: base64Url.nullish(),
  }),
});
export type Attestation = z.infer<typeof attestationSchema>;
export type Assertion = z.infer<typeof assertionSchema>;

/** JSON text of what an authenticator answered, as PublicKeyCredential.toJSON() makes it. */
const jsonOf = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .max(10_000, 'must be at most 10000 characters')
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);
export const attestationText = jsonOf(attestationSchema);
export const assertionText = jsonOf(assertionSchema);

/** The challenge an answer says it is for; it is checked where it is looked up, and again with the signature. */
export function challengeIn({ response }: Attestation | Assertion): string {
  try {
    const said = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString()) as object;
    return 'challenge' in said && typeof said.challenge === 'string' ? said.challenge : '';
  } catch {
    return '';
  }
}

const bytesOf = (challenge: string) => Uint8Array.from(Buffer.from(challenge, 'base64url'));
const userHandleOf = (userId: UserId) => Uint8Array.from(Buffer.from(userId.replaceAll('-', ''), 'hex'));

/** Whether the answer comes from a passkey that was made for this person. Only those that can be found say so. */
export const isHandleOf = ({ response }: Assertion, userId: UserId): boolean =>
  !response.userHandle || Buffer.from(response.userHandle, 'base64url').equals(userHandleOf(userId));

/** What a browser needs to make a passkey (PublicKeyCredentialCreationOptionsJSON), as text. */
export async function creationOptions(
  party: RelyingParty,
  challenge: string,
  person: { userId: UserId; account: string; displayName: string },
  known: readonly { credentialId: Buffer; transports: string[] }[],
): Promise<string> {
  const options = await generateRegistrationOptions({
    rpName: party.name,
    rpID: party.domain,
    userID: userHandleOf(person.userId),
    userName: person.account,
    userDisplayName: person.displayName,
    challenge: bytesOf(challenge),
    timeout: challengeLifeMs,
    attestationType: 'none',
    // The same authenticator does not make a second one.
    excludeCredentials: known.map(descriptorOf),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  return JSON.stringify(options);
}

/** What a browser needs to use one (PublicKeyCredentialRequestOptionsJSON), as text. Of nobody in particular: any of ours. */
export async function requestOptions(
  party: RelyingParty,
  challenge: string,
  known: readonly { credentialId: Buffer; transports: string[] }[],
  userVerification: 'required' | 'preferred',
): Promise<string> {
  const options = await generateAuthenticationOptions({
    rpID: party.domain,
    challenge: bytesOf(challenge),
    timeout: challengeLifeMs,
    userVerification,
    allowCredentials: known.map(descriptorOf),
  });
  return JSON.stringify(options);
}

const descriptorOf = ({ credentialId, transports }: { credentialId: Buffer; transports: string[] }) => ({
  id: credentialId.toString('base64url'),
  transports,
});

/** The passkey that was made for this challenge; null when anything about the answer is wrong. */
export async function newPasskeyIn(
  party: RelyingParty,
  answer: Attestation,
  challenge: string,
  log: Log,
): Promise<NewPasskey | null> {
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: { ...answer, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: party.origins,
      expectedRPID: party.domain,
      requireUserVerification: true,
    });
    if (!verified) return null;
    const { credential: made, credentialDeviceType } = registrationInfo;
    return {
      credentialId: Buffer.from(made.id, 'base64url'),
      publicKey: Buffer.from(made.publicKey),
      counter: made.counter,
      transports: answer.response.transports,
      synced: credentialDeviceType === 'multiDevice',
    };
  } catch (error) {
    return refused(error, log);
  }
}

/** What a signature by this passkey over this challenge says; null when anything about it is wrong. */
export async function signatureBy(
  party: RelyingParty,
  passkey: KnownPasskey,
  answer: Assertion,
  challenge: string,
  log: Log,
): Promise<{ counter: number; verified: boolean } | null> {
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...answer, clientExtensionResults: {} } as never,
      expectedChallenge: challenge,
      expectedOrigin: party.origins,
      expectedRPID: party.domain,
      requireUserVerification: false,
      // The counter is judged by us, after the signature: a forged one must not block anybody's passkey.
      credential: {
        id: answer.id,
        publicKey: Uint8Array.from(passkey.publicKey),
        counter: 0,
      },
    });
    return verified
      ? { counter: authenticationInfo.newCounter, verified: authenticationInfo.userVerified }
      : null;
  } catch (error) {
    return refused(error, log);
  }
}

/** The library says why by throwing; it is told to our log only, and by its kind, because it quotes what it was sent. */
function refused(error: unknown, log: Log): null {
  log.info({ reason: (error as Error).message.split('"', 1)[0] }, 'passkey refused');
  return null;
}
