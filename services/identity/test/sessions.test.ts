import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SessionRevoked } from '@carethread/contracts/events/identity.ts';
import { newId } from '@carethread/contracts/ids.ts';
import {
  actorIn,
  demoActor,
  demoMembershipId,
  demoOrganisationId,
  demoUserId,
  type Identity,
  startIdentity,
  type Tokens,
} from './identity.ts';

let identity: Identity;
/** The doctor works for the other clinic as well. */
const second = newId<'Membership'>();
beforeAll(async () => {
  identity = await startIdentity();
  await identity.sql(
    `INSERT INTO memberships (id, user_id, organisation_id, role, granted_at) VALUES ($1, $2, $3, 'doctor', now())`,
    [second, demoUserId('doctor'), demoOrganisationId('hillside-clinic')],
  );
});
afterAll(() => identity.close());

const newTokens =
  'session { accessToken refreshToken membership { id } memberships { id } } userErrors { code path }';
const actAsMutation = `mutation ($input: ActAsInput!) { actAs(input: $input) { ${newTokens} } }`;
const refreshMutation = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { ${newTokens} } }`;
const revokeMutation = `mutation ($input: RevokeSessionInput!) { revokeSession(input: $input) {
  session { id revokedAt } userErrors { code path } } }`;
const mySessions = '{ mySessions { id current createdAt lastUsedAt expiresAt revokedAt membership { id } } }';

const signedIn = async (login: string) => (await identity.signIn(login)).session!;
const ask = ({ accessToken }: Tokens, query: string, variables?: object) =>
  identity.ask(actorIn(accessToken), query, variables);
const actAs = async (tokens: Tokens, membershipId: string) =>
  (await ask(tokens, actAsMutation, { input: { membershipId } })).data.actAs;
const refresh = async (refreshToken: string) =>
  (await identity.ask(null, refreshMutation, { input: { refreshToken } })).data.refreshSession;
const revocations = async ({ accessToken }: Tokens) =>
  (await identity.emitted(SessionRevoked)).filter(
    (event) => event.aggregateId === actorIn(accessToken).sessionId,
  );

describe('acting in another membership', () => {
  it('goes on in the same session with new tokens', async () => {
    const tokens = await signedIn('doctor');
    const { session, userErrors } = await actAs(tokens, second);
    expect(userErrors).toEqual([]);
    expect(actorIn(session.accessToken)).toMatchObject({
      sessionId: actorIn(tokens.accessToken).sessionId,
      membershipId: second,
      organisationId: demoOrganisationId('hillside-clinic'),
    });
    expect(session.membership.id).toBe(second);
    expect(session.memberships).toHaveLength(2);
    expect((await refresh(session.refreshToken)).session.membership.id).toBe(second);
  });

  it('replaces the refresh token, and takes the old one for no theft', async () => {
    const tokens = await signedIn('doctor');
    const { session } = await actAs(tokens, second);
    expect((await refresh(tokens.refreshToken)).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    expect((await refresh(session.refreshToken)).session).not.toBeNull();
    expect(await revocations(tokens)).toEqual([]);
  });

  it('leaves one newest token when it happens several times at once', async () => {
    const tokens = await signedIn('doctor');
    const answers = await identity.whileLocked(
      {
        text: 'SELECT FROM sessions WHERE id = $1 FOR UPDATE',
        values: [actorIn(tokens.accessToken).sessionId],
      },
      { waiting: 4, send: () => Promise.all(Array.from({ length: 4 }, () => actAs(tokens, second))) },
    );
    const refreshed = [];
    for (const { session } of answers) refreshed.push((await refresh(session.refreshToken)).session);
    expect(refreshed.filter(Boolean)).toHaveLength(1);
    expect(await revocations(tokens)).toEqual([]);
  });

  it('is for own memberships that are active', async () => {
    const tokens = await signedIn('doctor');
    const notFound = [{ code: 'NOT_FOUND', path: ['input', 'membershipId'] }];
    for (const id of [demoMembershipId('doctor2'), demoMembershipId('pharmacist'), newId()])
      expect((await actAs(tokens, id)).userErrors).toEqual(notFound);
    expect((await actAs(tokens, 'nonsense')).userErrors).toEqual([
      { code: 'INVALID', path: ['input', 'membershipId'] },
    ]);
    await identity.sql('UPDATE memberships SET ended_at = now() WHERE id = $1', [second]);
    expect((await actAs(tokens, second)).userErrors).toEqual(notFound);
    await identity.sql('UPDATE memberships SET ended_at = NULL WHERE id = $1', [second]);
  });

  it('does not work from a session that has ended', async () => {
    const tokens = await signedIn('doctor');
    await ask(tokens, 'mutation { signOut { userErrors { code } } }');
    expect((await actAs(tokens, second)).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
  });

  it('is refused when the membership ends at the same moment', async () => {
    const tokens = await signedIn('doctor');
    const answer = await identity.whileLocked(
      { text: 'SELECT FROM memberships WHERE id = $1 FOR UPDATE', values: [second] },
      {
        waiting: 1,
        send: () => actAs(tokens, second),
        beforeCommit: 'UPDATE memberships SET ended_at = now() WHERE id = $1',
      },
    );
    expect(answer.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    await identity.sql('UPDATE memberships SET ended_at = NULL WHERE id = $1', [second]);
    // Nothing of it was written: the session goes on as before.
    expect((await refresh(tokens.refreshToken)).session.membership.id).toBe(demoMembershipId('doctor'));
  });
});

describe('my sessions', () => {
  it('are listed, the latest used first', async () => {
    const older = await signedIn('pharmacist');
    const newer = await signedIn('pharmacist');
    const { data } = await ask(older, mySessions);
    expect(data.mySessions).toMatchObject([
      { id: actorIn(newer.accessToken).sessionId, current: false, revokedAt: null },
      {
        id: actorIn(older.accessToken).sessionId,
        current: true,
        membership: { id: demoMembershipId('pharmacist') },
      },
    ]);
    await refresh(older.refreshToken);
    const again = await ask(older, mySessions);
    expect(again.data.mySessions[0].id).toBe(actorIn(older.accessToken).sessionId);
  });

  it('do not contain other people’s, not even for an administrator', async () => {
    await signedIn('patient');
    const admin = await signedIn('admin');
    const { data } = await ask(admin, mySessions);
    expect(data.mySessions).toHaveLength(1);
  });

  it('can be ended, once', async () => {
    const [here, elsewhere] = [await signedIn('patient2'), await signedIn('patient2')];
    const { sessionId, userId } = actorIn(elsewhere.accessToken);
    for (let time = 0; time < 2; time += 1) {
      const { data } = await ask(here, revokeMutation, { input: { sessionId } });
      expect(data.revokeSession).toEqual({
        session: { id: sessionId, revokedAt: expect.any(String) },
        userErrors: [],
      });
    }
    expect((await refresh(elsewhere.refreshToken)).session).toBeNull();
    expect((await refresh(here.refreshToken)).session).not.toBeNull();
    expect((await ask(here, mySessions)).data.mySessions).toHaveLength(1);
    expect(await revocations(elsewhere)).toMatchObject([{ sequence: 1, data: { sessionId, userId } }]);
  });

  it('are one’s own to end', async () => {
    const patient = await signedIn('patient');
    for (const login of ['doctor', 'admin']) {
      const input = { sessionId: actorIn(patient.accessToken).sessionId };
      const { data } = await ask(await signedIn(login), revokeMutation, { input });
      expect(data.revokeSession).toEqual({
        session: null,
        userErrors: [{ code: 'NOT_FOUND', path: ['input', 'sessionId'] }],
      });
    }
    expect((await refresh(patient.refreshToken)).session).not.toBeNull();
  });
});

describe('signing out', () => {
  it('ends the session one is in', async () => {
    const tokens = await signedIn('doctor');
    const { data } = await ask(tokens, 'mutation { signOut { session { id current } userErrors { code } } }');
    const { sessionId } = actorIn(tokens.accessToken);
    expect(data.signOut).toEqual({ session: { id: sessionId, current: true }, userErrors: [] });
    expect((await refresh(tokens.refreshToken)).session).toBeNull();
    expect(await revocations(tokens)).toHaveLength(1);
  });

  it('needs somebody who is signed in', async () => {
    const { errors } = await identity.ask(null, 'mutation { signOut { userErrors { code } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    // A session that has been cleaned up, or one that never was.
    const { data } = await identity.ask(demoActor('doctor'), 'mutation { signOut { userErrors { code } } }');
    expect(data.signOut.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});
