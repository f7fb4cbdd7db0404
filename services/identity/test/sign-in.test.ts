import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { actorIn, demoActor, demoMembershipId, type Identity, startIdentity } from './identity.ts';

let identity: Identity;
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const wrong = { code: 'NOT_ALLOWED', message: 'The e-mail address or the password is wrong.', path: [] };

describe('signing in', () => {
  it('gives tokens, and says who signed in as what', async () => {
    const { session, userErrors } = await identity.signIn('doctor');
    expect(userErrors).toEqual([]);
    const { sessionId: _, ...doctor } = demoActor('doctor');
    expect(actorIn(session!.accessToken)).toMatchObject(doctor);
    expect(session).toMatchObject({
      user: { id: doctor.userId, email: 'doctor@demo.example' },
      membership: { id: doctor.membershipId, role: 'DOCTOR' },
      memberships: [{ id: doctor.membershipId }],
    });
  });

  it('takes the address in upper and lower case', async () => {
    const { session } = await identity.signIn('doctor', { email: ' Doctor@Demo.Example' });
    expect(session?.user.email).toBe('doctor@demo.example');
  });

  it('says the same of a wrong password and of an unknown account', async () => {
    expect(await identity.signIn('doctor', { password: 'not the password' })).toEqual({
      session: null,
      userErrors: [wrong],
    });
    expect(await identity.signIn('nobody')).toEqual({ session: null, userErrors: [wrong] });
  });

  it('chooses the membership that is asked for', async () => {
    const { session } = await identity.signIn('doctor', { membershipId: demoMembershipId('doctor') });
    expect(session?.membership.id).toBe(demoMembershipId('doctor'));
    for (const membershipId of [demoMembershipId('patient'), newId()]) {
      const { userErrors } = await identity.signIn('doctor', { membershipId });
      expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'membershipId'] }]);
    }
  });

  it.each([
    [{ email: 'nonsense' }, 'email'],
    [{ password: 'x'.repeat(201) }, 'password'],
    [{ membershipId: 'nonsense' }, 'membershipId'],
  ])('names the field that is wrong: %j', async (more, field) => {
    const { userErrors } = await identity.signIn('doctor', more);
    expect(userErrors).toMatchObject([{ code: 'INVALID', path: ['input', field] }]);
  });

  it('is of no use to a person without an active membership', async () => {
    await identity.sql('UPDATE memberships SET ended_at = now() WHERE id = $1', [
      demoMembershipId('doctor2'),
    ]);
    expect(await identity.signIn('doctor2')).toMatchObject({
      session: null,
      userErrors: [{ code: 'NOT_ALLOWED' }],
    });
    expect(await identity.signIn('doctor2', { password: 'not the password' })).toMatchObject({
      userErrors: [wrong],
    });
  });

  it('removes sessions of the person that are long over', async () => {
    const { session } = await identity.signIn('pharmacist');
    const { sessionId } = actorIn(session!.accessToken);
    const remains = () => identity.sql('SELECT FROM sessions WHERE id = $1', [sessionId]);
    await identity.sql("UPDATE sessions SET ends_at = now() - interval '1 day' WHERE id = $1", [sessionId]);
    await identity.signIn('pharmacist2');
    expect(await remains()).toHaveLength(1);
    await identity.signIn('pharmacist');
    expect(await remains()).toHaveLength(0);
  });
});

describe('too many tries', () => {
  const codes = (answers: { userErrors: { code: string }[] }[]) =>
    answers.map(({ userErrors }) => userErrors[0]?.code).sort();
  const inParallel = (times: number, login: string) =>
    Promise.all(
      Array.from({ length: times }, () => identity.signIn(login, { password: 'not the password' })),
    );
  const limited = { code: 'RATE_LIMITED', message: 'Too many tries. Try again in 15 minutes.', path: [] };
  const aQuarterOfAnHourPasses = () =>
    identity.sql("UPDATE sign_in_attempts SET window_started_at = window_started_at - interval '15 minutes'");

  it('are stopped after ten, also at the same time and with the right password', async () => {
    expect(codes(await inParallel(15, 'patient'))).toEqual([
      ...Array<string>(10).fill('NOT_ALLOWED'),
      ...Array<string>(5).fill('RATE_LIMITED'),
    ]);
    expect(await identity.signIn('patient')).toEqual({ session: null, userErrors: [limited] });
  });

  it('are stopped alike for an account that does not exist', async () => {
    await inParallel(10, 'nobody-either');
    expect(await identity.signIn('nobody-either')).toEqual({ session: null, userErrors: [limited] });
  });

  it('may go on after a quarter of an hour, however often it was tried meanwhile', async () => {
    await inParallel(11, 'patient2');
    expect((await identity.signIn('patient2')).session).toBeNull();
    await aQuarterOfAnHourPasses();
    expect((await identity.signIn('patient2')).session).not.toBeNull();
  });

  it('are forgotten with the first success', async () => {
    for (let round = 0; round < 2; round += 1) {
      await inParallel(9, 'admin');
      expect((await identity.signIn('admin')).session).not.toBeNull();
    }
  });

  it('are kept without the address, and not for long', async () => {
    await inParallel(3, 'somebody');
    const [row] = await identity.sql('SELECT * FROM sign_in_attempts LIMIT 1');
    expect(JSON.stringify(row)).not.toContain('@');
    await aQuarterOfAnHourPasses();
    await aQuarterOfAnHourPasses();
    await identity.signIn('nobody');
    expect(await identity.sql('SELECT FROM sign_in_attempts')).toHaveLength(1);
  });
});
