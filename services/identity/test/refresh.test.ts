import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SessionRevoked } from '@carethread/contracts/events/identity.ts';
import { actorIn, type Identity, startIdentity, type Tokens } from './identity.ts';

let identity: Identity;
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const seconds = 1000;
const days = 86_400 * seconds;
const ended = { code: 'NOT_ALLOWED', message: 'Your session has ended. Sign in again.', path: [] };

async function refresh(refreshToken: string) {
  const { data } = await identity.ask(
    null,
    `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) {
       session { accessToken refreshToken user { email } membership { id } memberships { id } }
       userErrors { code message path } } }`,
    { input: { refreshToken } },
  );
  return data.refreshSession as { session: Tokens | null; userErrors: unknown[] };
}
const signedIn = async (login = 'patient') => (await identity.signIn(login)).session!;
const revocations = async (accessToken: string) => {
  const { sessionId } = actorIn(accessToken);
  return (await identity.emitted(SessionRevoked)).filter((event) => event.aggregateId === sessionId);
};

describe('refreshing a session', () => {
  it('gives new tokens for the same session', async () => {
    const first = await signedIn();
    const { session, userErrors } = await refresh(first.refreshToken);
    expect(userErrors).toEqual([]);
    expect(actorIn(session!.accessToken)).toEqual(actorIn(first.accessToken));
    expect(session!.refreshToken).not.toBe(first.refreshToken);
    expect(session!.user.email).toBe('patient@demo.example');
    expect((await refresh(session!.refreshToken)).userErrors).toEqual([]);
  });

  it('gives two tabs that wake together the same successor', async () => {
    const { refreshToken, accessToken } = await signedIn();
    const answers = await identity.whileLocked(
      { text: 'SELECT FROM sessions WHERE id = $1 FOR UPDATE', values: [actorIn(accessToken).sessionId] },
      { waiting: 8, send: () => Promise.all(Array.from({ length: 8 }, () => refresh(refreshToken))) },
    );
    const successors = new Set(answers.map(({ session }) => session?.refreshToken));
    expect(successors.size).toBe(1);
    identity.later(5 * seconds);
    expect((await refresh(refreshToken)).session?.refreshToken).toBe([...successors][0]);
    const tokens = await identity.sql(
      'SELECT FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE s.id = $1',
      [actorIn(answers[0]!.session!.accessToken).sessionId],
    );
    expect(tokens).toHaveLength(2);
  });

  it('ends the session when a token is used again after the grace', async () => {
    const first = await signedIn();
    const second = (await refresh(first.refreshToken)).session!;
    identity.later(11 * seconds);
    expect(await refresh(first.refreshToken)).toEqual({ session: null, userErrors: [ended] });
    expect(await refresh(second.refreshToken)).toEqual({ session: null, userErrors: [ended] });
    expect(await refresh(first.refreshToken)).toEqual({ session: null, userErrors: [ended] });
    const { userId, sessionId } = actorIn(first.accessToken);
    expect(await revocations(first.accessToken)).toEqual([
      { aggregateId: sessionId, sequence: 1, data: { sessionId, userId }, actorId: userId },
    ]);
  });

  it('ends the session when a thief was quicker within the grace and goes on', async () => {
    const first = await signedIn();
    const thief = (await refresh(first.refreshToken)).session!;
    const owner = (await refresh(first.refreshToken)).session!;
    expect(owner.refreshToken).toBe(thief.refreshToken);
    expect((await refresh(thief.refreshToken)).session).not.toBeNull();
    identity.later(11 * seconds);
    expect(await refresh(owner.refreshToken)).toEqual({ session: null, userErrors: [ended] });
    expect(await revocations(first.accessToken)).toHaveLength(1);
  });

  it('leaves other sessions of the person alone', async () => {
    const [one, other] = [await signedIn(), await signedIn()];
    await refresh(one.refreshToken);
    identity.later(11 * seconds);
    await refresh(one.refreshToken);
    expect((await refresh(other.refreshToken)).session).not.toBeNull();
  });

  it('works for 30 days after the last use and 90 days in all', async () => {
    let { refreshToken } = await signedIn();
    const unused = (await signedIn()).refreshToken;
    for (let month = 0; month < 3; month += 1) {
      identity.later(29 * days);
      refreshToken = (await refresh(refreshToken)).session!.refreshToken;
    }
    expect(await refresh(unused)).toEqual({ session: null, userErrors: [ended] });
    identity.later(4 * days);
    expect(await refresh(refreshToken)).toEqual({ session: null, userErrors: [ended] });
  });

  it('forgets tokens that have expired', async () => {
    const first = await signedIn();
    const second = (await refresh(first.refreshToken)).session!;
    identity.later(29 * days);
    const third = (await refresh(second.refreshToken)).session!;
    identity.later(29 * days);
    await refresh(third.refreshToken);
    const { sessionId } = actorIn(first.accessToken);
    expect(await identity.sql('SELECT FROM refresh_tokens WHERE session_id = $1', [sessionId])).toHaveLength(
      2,
    );
  });

  it('does not work with anything else', async () => {
    const { accessToken } = await signedIn();
    for (const token of ['', 'nonsense', accessToken.slice(0, 43)])
      expect(await refresh(token)).toEqual({ session: null, userErrors: [ended] });
    expect(await refresh(accessToken)).toMatchObject({ userErrors: [{ path: ['input', 'refreshToken'] }] });
  });

  it('keeps no token that could be used', async () => {
    const { refreshToken } = await signedIn();
    const stored = await identity.sql<{ token_hash: Buffer }>('SELECT token_hash FROM refresh_tokens');
    expect(stored.map((row) => row.token_hash.toString('base64url'))).not.toContain(refreshToken);
  });
});
