import type { Actor, StepUp } from '@carethread/contracts/actor.ts';
import { mutationText } from '@carethread/service-kit/testing/mutation-text.ts';
import jwt from 'jsonwebtoken';
import { expect } from '@jest/globals';
import { TOTP } from 'otpauth';
import { Authenticator } from './authenticator.ts';
import { actorIn, demoPassword, type Identity, type Tokens } from './identity.ts';

const session = 'accessToken refreshToken user { id } membership { id role }';
const results = {
  completeSignIn: `session { ${session} }`,
  signInWithPasskey: `session { ${session} }`,
  beginRequiredEnrolment: 'setUp { uri secret qrSvg }',
  completeRequiredEnrolment: `enrolled { recoveryCodes session { ${session} } }`,
  confirmTotpEnrolment: 'enrolled { recoveryCodes }',
  registerPasskey: 'registered { passkey { id name synced version } recoveryCodes }',
  renamePasskey: 'passkey { id name version }',
  removePasskey: 'factors { passkeys { id } recoveryCodesLeft }',
  confirmIdentity: 'confirmation { accessToken }',
  changePassword: 'user { id }',
  resetSignIn: 'reset { token expiresAt }',
  choosePassword: 'chosen',
  inviteMember: 'invited { token invitation { id email status version role organisation { id } } }',
  revokeInvitation: 'invitation { id status version }',
  beginInvitedPasskey: 'options',
  acceptInvitation: 'accepted { membershipId recoveryCodes }',
  joinByInvitation: 'membership { id role version }',
  setSignInPolicy: 'policy { id role mfaRequired idleMinutes lifetimeMinutes version organisation { id } }',
};
const signInMutation = `mutation ($input: SignInInput!) { signIn(input: $input) {
  session { accessToken } challenge { token expiresAt accepts mustEnrol passkeyOptions } userErrors { code } } }`;
export interface Challenge {
  token: string;
  expiresAt: string;
  accepts: string[];
  mustEnrol: boolean;
  passkeyOptions: string | null;
}
const withoutInput = {
  beginTotpEnrolment: 'setUp { uri secret qrSvg }',
  disableTotp: 'factors { totpSince recoveryCodesLeft }',
  renewRecoveryCodes: 'recoveryCodes',
  beginPasskeySignIn: 'options',
  beginPasskeyRegistration: 'options',
  beginPasskeyConfirmation: 'options',
};
export type Mutation = keyof typeof results | keyof typeof withoutInput;

/** The code an authenticator app shows with this secret. */
export const codeOf = (secret: string, at: Date): string =>
  new TOTP({ secret }).generate({ timestamp: at.getTime() });

export const refusedWith = (code: string) => ({ userErrors: [expect.objectContaining({ code })] });

/** What people do with their second factors. */
export function factorsOf(identity: () => Identity) {
  async function send(
    actor: Actor | null,
    mutation: Mutation,
    input: object = {},
  ): Promise<Record<string, any>> {
    const document =
      mutation in withoutInput
        ? `mutation { ${mutation} { ${withoutInput[mutation as keyof typeof withoutInput]}
             userErrors { code message path currentVersion currentStatus } } }`
        : mutationText(mutation, results[mutation as keyof typeof results]);
    const data = await identity().query(actor, document, mutation in withoutInput ? {} : { input });
    return data[mutation];
  }
  const now = () => identity().now();

  /** The first step of somebody for whom the password is not enough. */
  async function challenged(login: string, more: object = {}): Promise<Challenge> {
    const input = { email: `${login}@demo.example`, password: demoPassword, ...more };
    const { signIn } = await identity().query(null, signInMutation, { input });
    expect(signIn).toMatchObject({ session: null, userErrors: [] });
    return signIn.challenge;
  }

  /** Signs in with the password alone. */
  const signedIn = async (login: string): Promise<Tokens> => (await identity().signIn(login)).session!;

  /** The person with a proof of identity, as the gateway reads it from the token that confirmIdentity answers. */
  async function proved(actor: Actor, ways: object = { password: demoPassword }): Promise<Actor> {
    const { confirmation, userErrors } = await send(actor, 'confirmIdentity', ways);
    if (!confirmation) throw new Error(JSON.stringify(userErrors));
    return { ...actorIn(confirmation.accessToken), stepUp: proofIn(confirmation.accessToken) };
  }

  /** Enrols an authenticator app of somebody without a second factor. */
  async function enrolled(login: string) {
    const actor = await proved(actorIn((await signedIn(login)).accessToken));
    const { setUp } = await send(actor, 'beginTotpEnrolment');
    const code = codeOf(setUp.secret, now());
    const { enrolled: done } = await send(actor, 'confirmTotpEnrolment', { code });
    return {
      actor,
      secret: setUp.secret as string,
      recoveryCodes: done.recoveryCodes as string[],
      code: () => codeOf(setUp.secret, now()),
    };
  }

  /** Registers a passkey of this person, who has proved who they are. */
  async function withPasskey(actor: Actor, authenticator = new Authenticator(), name = 'My phone') {
    const { options } = await send(actor, 'beginPasskeyRegistration');
    const passkey = authenticator.create(options);
    return { authenticator, ...(await send(actor, 'registerPasskey', { passkey, name })) } as Record<
      string,
      any
    > & { authenticator: Authenticator };
  }

  return { send, now, challenged, signedIn, proved, enrolled, withPasskey };
}

export function proofIn(accessToken: string): StepUp {
  const { auth_time, amr } = jwt.decode(accessToken) as { auth_time: number; amr: string[] };
  return { at: auth_time, methods: amr };
}
