import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf, factorsOf, refusedWith } from './factors.ts';
import { actorIn, demoPassword, type Identity, startIdentity } from './identity.ts';

let identity: Identity;
const { send, now, challenged, signedIn, proved, enrolled } = factorsOf(() => identity);
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const halfMinute = 30_000;
const another = (code: string) => String((Number(code) + 500_000) % 1_000_000).padStart(6, '0');
const myFactors = '{ myFactors { totpSince recoveryCodesLeft passkeys { id } } mySessions { methods } }';

describe('an authenticator app', () => {
  it('is enrolled with an address, a picture and a first code, and gives ten recovery codes', async () => {
    const tokens = await signedIn('doctor');
    const actor = actorIn(tokens.accessToken);
    expect(await send(actor, 'beginTotpEnrolment')).toEqual({
      setUp: null,
      ...refusedWith('STEP_UP_REQUIRED'),
    });
    const sure = await proved(actor);
    const { setUp } = await send(sure, 'beginTotpEnrolment');
    expect(setUp.uri).toMatch(
      /^otpauth:\/\/totp\/Carethread:doctor%40demo\.example\?issuer=Carethread&secret=[A-Z2-7]{32}&/,
    );
    expect(setUp.uri).toContain(setUp.secret);
    expect(setUp.qrSvg).toMatch(/^<svg .*<\/svg>/s);

    // Not asked for until a first code has shown that the secret arrived.
    await signedIn('doctor');
    const code = codeOf(setUp.secret, now());
    expect(await send(sure, 'confirmTotpEnrolment', { code: another(code) })).toMatchObject(
      refusedWith('NOT_ALLOWED'),
    );
    const { enrolled: done } = await send(sure, 'confirmTotpEnrolment', { code });
    expect(new Set(done.recoveryCodes).size).toBe(10);
    for (const each of done.recoveryCodes)
      expect(each).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(await send(sure, 'confirmTotpEnrolment', { code })).toMatchObject(refusedWith('EXPIRED'));
    // With a second factor the password alone is proof enough of nothing that concerns it.
    expect(await send(sure, 'beginTotpEnrolment')).toMatchObject(refusedWith('STEP_UP_REQUIRED'));
  });

  it('makes signing in two steps, and the session says so', async () => {
    const { code } = await enrolled('pharmacist');
    identity.later(halfMinute);
    const { token, ...challenge } = await challenged('pharmacist');
    expect(challenge).toEqual({
      accepts: ['CODE', 'RECOVERY_CODE'],
      mustEnrol: false,
      passkeyOptions: null,
      expiresAt: expect.any(String),
    });
    expect(await send(null, 'completeSignIn', { challenge: token, code: another(code()) })).toMatchObject(
      refusedWith('NOT_ALLOWED'),
    );
    const right = code();
    const { session } = await send(null, 'completeSignIn', { challenge: token, code: right });
    const actor = actorIn(session.accessToken);
    const { mySessions, myFactors: mine } = await identity.query(actor, myFactors);
    expect(mySessions[0].methods).toEqual(['pwd', 'otp', 'mfa']);
    expect(mine).toEqual({ totpSince: expect.any(String), recoveryCodesLeft: 10, passkeys: [] });

    identity.later(halfMinute);
    // The challenge is used up, and so is the code.
    expect(await send(null, 'completeSignIn', { challenge: token, code: code() })).toMatchObject(
      refusedWith('EXPIRED'),
    );
    const next = await challenged('pharmacist');
    expect(await send(null, 'completeSignIn', { challenge: next.token, code: right })).toMatchObject(
      refusedWith('NOT_ALLOWED'),
    );
  });

  it('allows for clocks that differ by half a minute, not by a whole one', async () => {
    const { secret } = await enrolled('pharmacist2');
    identity.later(10 * halfMinute);
    const shifted = (steps: number) => codeOf(secret, new Date(now().getTime() + steps * halfMinute));
    for (const [steps, accepted] of [
      [-2, false],
      [2, false],
      [-1, true],
      [1, true],
      // A later one was used.
      [0, false],
    ] as const) {
      const { token } = await challenged('pharmacist2');
      const answer = await send(null, 'completeSignIn', { challenge: token, code: shifted(steps) });
      expect([steps, answer['session'] !== null]).toEqual([steps, accepted]);
    }
  });

  it('takes one of two same codes that come at once', async () => {
    const { code } = await enrolled('patient');
    identity.later(halfMinute);
    const tokens = [await challenged('patient'), await challenged('patient')];
    const same = code();
    const answers = await Promise.all(
      tokens.map(({ token }) => send(null, 'completeSignIn', { challenge: token, code: same })),
    );
    expect(answers.filter(({ session }) => session)).toHaveLength(1);
  });

  it('is guessed at five times in a quarter of an hour, by whatever challenge, and the right code does not help', async () => {
    const { code, recoveryCodes } = await enrolled('patient2');
    identity.later(halfMinute);
    for (let time = 0; time < 5; time += 1) {
      const { token } = await challenged('patient2');
      expect(await send(null, 'completeSignIn', { challenge: token, code: '000000' })).toMatchObject(
        refusedWith('NOT_ALLOWED'),
      );
    }
    const { token } = await challenged('patient2');
    for (const way of [{ code: code() }, { recoveryCode: recoveryCodes[0] }])
      expect(await send(null, 'completeSignIn', { challenge: token, ...way })).toMatchObject(
        refusedWith('RATE_LIMITED'),
      );
    await identity.sql(
      "UPDATE sign_in_attempts SET window_started_at = window_started_at - interval '15 minutes'",
    );
    expect(
      (await send(null, 'completeSignIn', { challenge: token, code: code() }))['session'],
    ).not.toBeNull();
  });
});

describe('recovery codes', () => {
  it('stand in for the app, each once, however they are typed', async () => {
    const { recoveryCodes } = await enrolled('doctor2');
    const [first] = recoveryCodes;
    const use = async (recoveryCode: string) => {
      const { token } = await challenged('doctor2');
      return send(null, 'completeSignIn', { challenge: token, recoveryCode });
    };
    const { session } = await use(first!.toLowerCase().replaceAll('-', ' '));
    const { mySessions, myFactors: mine } = await identity.query(actorIn(session.accessToken), myFactors);
    expect(mySessions[0].methods).toEqual(['pwd', 'recovery', 'mfa']);
    expect(mine.recoveryCodesLeft).toBe(9);
    expect(await use(first!)).toMatchObject(refusedWith('NOT_ALLOWED'));
  });

  it('are renewed, and the app taken away, with the second factor only', async () => {
    const { actor, code, recoveryCodes } = await enrolled('admin');
    identity.later(halfMinute);
    for (const mutation of ['renewRecoveryCodes', 'disableTotp'] as const)
      expect(await send(await proved(actor), mutation)).toMatchObject(refusedWith('STEP_UP_REQUIRED'));
    const sure = await proved(actor, { password: demoPassword, code: code() });
    expect(sure.stepUp?.methods).toEqual(['pwd', 'otp', 'mfa']);
    const renewed = (await send(sure, 'renewRecoveryCodes'))['recoveryCodes'] as string[];
    expect(renewed).toHaveLength(10);
    expect(await send(actor, 'confirmIdentity', { recoveryCode: recoveryCodes[1] })).toMatchObject(
      refusedWith('NOT_ALLOWED'),
    );
    expect((await proved(actor, { recoveryCode: renewed[0] })).stepUp?.methods).toEqual(['recovery']);
    identity.later(301_000);
    expect(await send(sure, 'disableTotp')).toMatchObject(refusedWith('STEP_UP_REQUIRED'));
    const again = await proved(actor, { password: demoPassword, code: code() });
    expect(await send(again, 'disableTotp')).toEqual({
      factors: { totpSince: null, recoveryCodesLeft: 0 },
      userErrors: [],
    });
    await signedIn('admin');
  });
});
