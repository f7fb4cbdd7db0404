import type { Tx } from '@carethread/bus/transaction.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { AskingActor } from '../asking.ts';
import { checkPassword, comeBack } from '../check-password.ts';
import { type SealingKeys, unseal } from '../tokens/sealed.ts';
import { loadTotp, totpLabel, useRecoveryCode, useTotpStep } from './factor-store.ts';
import type { Proof } from './methods.ts';
import { blockPasskey, loadOwnPasskey, type StoredPasskey, usePasskey } from './passkey-store.ts';
import { totpStep } from './totp.ts';
import { type Assertion, assertionText, challengeIn, type RelyingParty, signatureBy } from './webauthn.ts';

/** What second factors are checked with. */
export interface Factors {
  keys: SealingKeys;
  party: RelyingParty;
}

const maximum = (length: number) => z.string().max(length, `must be at most ${length} characters`).nullish();

/** Ways to prove who one is, beside the password. */
export const secondFactorFields = {
  code: maximum(20),
  recoveryCode: maximum(40),
  passkey: assertionText.nullish(),
};
export const passwordField = maximum(200);

export interface Presented {
  password?: string | null | undefined;
  code?: string | null | undefined;
  recoveryCode?: string | null | undefined;
  passkey?: Assertion | null | undefined;
}

/** What a passkey has to answer to. */
interface PasskeyDemand {
  /** Whether this challenge was put to this person; takes it if it is to be answered once. */
  isAsked: (tx: Tx, challenge: string) => Promise<boolean>;
  /** Whether the authenticator has to have made sure of its user. After a password its presence is enough. */
  userVerification: boolean;
}

/** Checks all that a person who is known presents. Codes are counted, five in a quarter of an hour, and used up. */
export async function prove(
  asking: AskingActor,
  factors: Factors,
  presented: Presented,
  demand: PasskeyDemand,
): Promise<Proof[] | Refusal> {
  const { password, code, recoveryCode, passkey } = presented;
  const checks = [
    typeof password === 'string' && (() => provePassword(asking, password)),
    typeof code === 'string' && (() => proveByCode(asking, (tx) => useCode(asking, tx, factors.keys, code))),
    typeof recoveryCode === 'string' &&
      (() => proveByCode(asking, (tx) => useListed(asking, tx, recoveryCode))),
    passkey && (() => provePasskey(asking, factors.party, passkey, demand)),
  ];
  const proofs: Proof[] = [];
  for (const check of checks) {
    if (!check) continue;
    const proof = await check();
    if (proof instanceof Refusal) return proof;
    proofs.push(proof);
  }
  return proofs;
}

const ownAddress = 'SELECT email FROM email_addresses WHERE user_id = $1';

async function provePassword(asking: AskingActor, password: string): Promise<Proof | Refusal> {
  const [address] = await asking.database.asActor(asking.actor, (tx) =>
    tx.query<{ email: string }>(ownAddress, [asking.actor.userId]),
  );
  const account = await checkPassword(asking, address?.email ?? '', password);
  return account instanceof Refusal ? account : { kind: 'password' };
}

/** Counted in a transaction of its own: the try stays counted whatever comes of it. */
export async function countCodeTry(asking: AskingActor): Promise<Refusal | null> {
  const [tried] = await asking.database.asActor(asking.actor, (tx) =>
    tx.query<{ blocked_until: Date | null }>('SELECT sign_in.code_attempt() AS blocked_until'),
  );
  return tried?.blocked_until ? comeBack(tried.blocked_until, asking.now()) : null;
}

export const forgetCodeTries = (tx: Tx): void => tx.send('SELECT sign_in.forget_code_attempts()');

export const wrongCode = () => refuse('NOT_ALLOWED', 'This code is wrong, or was used before.');

async function proveByCode(
  asking: AskingActor,
  use: (tx: Tx) => Promise<Proof | null>,
): Promise<Proof | Refusal> {
  const blocked = await countCodeTry(asking);
  if (blocked) return blocked;
  return asking.database.asActor(asking.actor, async (tx) => {
    const proof = await use(tx);
    if (!proof) return wrongCode();
    forgetCodeTries(tx);
    return proof;
  });
}

async function useCode(
  { actor, now }: AskingActor,
  tx: Tx,
  keys: SealingKeys,
  code: string,
): Promise<Proof | null> {
  const totp = await loadTotp(tx, actor.userId);
  if (!totp?.confirmedAt) return null;
  const secret = unseal(totp.sealedSecret, keys, totpLabel(actor.userId));
  const step = totpStep(code, secret, now(), totp.lastStep);
  return step !== null && (await useTotpStep(tx, actor.userId, step)) ? { kind: 'totp' } : null;
}

const useListed = async ({ actor, now }: AskingActor, tx: Tx, code: string): Promise<Proof | null> =>
  (await useRecoveryCode(tx, actor.userId, code, now())) ? { kind: 'recovery_code' } : null;

async function provePasskey(
  asking: AskingActor,
  party: RelyingParty,
  answer: Assertion,
  { isAsked, userVerification }: PasskeyDemand,
): Promise<Proof | Refusal> {
  const { userId } = asking.actor;
  const challenge = challengeIn(answer);
  // The challenge is taken here, before the answer is judged: it gets one answer, right or wrong.
  const { asked, passkey } = await asking.database.asActor(asking.actor, async (tx) => {
    const known = loadOwnPasskey(tx, Buffer.from(answer.id, 'base64url'), userId);
    return { asked: await isAsked(tx, challenge), passkey: await known };
  });
  if (!asked || !passkey) return wrongPasskey();
  return acceptSignature(asking, party, passkey, { answer, challenge, userVerification });
}

export const wrongPasskey = () => refuse('NOT_ALLOWED', 'This passkey does not open anything here.');

/** Checks the signature of a passkey whose owner asks, and notes its use. One that may have been copied is blocked. */
export async function acceptSignature(
  asking: AskingActor,
  party: RelyingParty,
  passkey: StoredPasskey,
  {
    answer,
    challenge,
    userVerification,
  }: { answer: Assertion; challenge: string; userVerification: boolean },
): Promise<Proof | Refusal> {
  const signature = await signatureBy(party, passkey, answer, challenge, asking.log);
  if (!signature || passkey.blockedAt || (userVerification && !signature.verified)) return wrongPasskey();
  const now = asking.now();
  const isUsed = await asking.database.asActor(asking.actor, async (tx) => {
    const grown = await usePasskey(tx, passkey.id, signature.counter, now);
    if (!grown) blockPasskey(tx, passkey.id, now);
    return grown;
  });
  if (isUsed) return { kind: 'passkey', synced: passkey.synced, verified: signature.verified };
  asking.log.warn({ passkeyId: passkey.id }, 'passkey blocked: its signature counter went back');
  return wrongPasskey();
}
