import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MembershipEnded, MembershipGranted, SessionRevoked } from '@carethread/contracts/events/identity.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { administration, clinic, mutations, person, refusal } from './administration.ts';
import {
  actorIn,
  demoActor,
  demoMembershipId,
  demoOrganisationId,
  demoUserId,
  type Identity,
  startIdentity,
} from './identity.ts';

let identity: Identity;
const { send, register, grant } = administration(() => identity);
const admin = demoActor('admin');
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

describe('granting and ending a membership', () => {
  it('tells of each, with the version as number', async () => {
    const userId = await register();
    const { membership } = await grant(userId, { licenceNumber: 'MD-1', permissions: ['ManageUsers'] });
    expect(membership).toMatchObject({
      role: 'DOCTOR',
      licenceNumber: 'MD-1',
      permissions: ['ManageUsers'],
      endedAt: null,
      version: 1,
      user: { id: userId },
      organisation: { id: demoOrganisationId('harbour-clinic') },
    });
    const { id: membershipId } = membership;
    expect(await grant(userId)).toMatchObject({
      membership: null,
      userErrors: [{ code: 'CONFLICT', currentVersion: 1 }],
    });

    const end = { membershipId, expectedVersion: 1, idempotencyKey: newId() };
    const ended = await send('endMembership', end);
    expect(ended.membership).toMatchObject({ id: membershipId, version: 2, endedAt: expect.any(String) });
    expect(await send('endMembership', end)).toEqual(ended);
    expect(await send('endMembership', { membershipId, expectedVersion: 1 })).toMatchObject({
      userErrors: [{ code: 'CONFLICT', currentVersion: 2 }],
    });
    expect(await send('endMembership', { membershipId, expectedVersion: 2 })).toMatchObject({
      userErrors: [{ code: 'ILLEGAL_MOVE', currentStatus: 'ended' }],
    });

    expect((await grant(userId)).membership).toMatchObject({ id: membershipId, version: 3, permissions: [] });
    const told = [
      ...(await identity.emitted(MembershipGranted)),
      ...(await identity.emitted(MembershipEnded)),
    ];
    const data = {
      membershipId,
      userId,
      organisationId: demoOrganisationId('harbour-clinic'),
      role: 'doctor',
    };
    expect(told.filter((event) => event.aggregateId === membershipId)).toEqual(
      [
        { sequence: 1, data: { ...data, permissions: ['ManageUsers'] } },
        { sequence: 3, data: { ...data, permissions: [] } },
        { sequence: 2, data },
      ].map((event) => ({ aggregateId: membershipId, actorId: admin.userId, ...event })),
    );
  });

  it('grants once when two administrators are at it together', async () => {
    const userId = await register();
    const answers = await Promise.all([grant(userId), grant(userId), grant(userId)]);
    const codes = answers.map(({ userErrors }) => userErrors[0]?.code ?? 'granted');
    expect(codes.toSorted()).toEqual(['CONFLICT', 'CONFLICT', 'granted']);
    expect(answers.map(({ errors }) => errors)).toEqual([undefined, undefined, undefined]);
  });

  it('makes staff known by name', async () => {
    const userId = await register();
    const nameSeenBy = async (login: string) =>
      (
        await identity.ask(demoActor(login), 'query ($id: ID!) { user(id: $id) { displayName } }', {
          id: userId,
        })
      ).data.user?.displayName;
    await grant(userId, { role: 'PATIENT' });
    expect(await nameSeenBy('patient')).toBeUndefined();
    await grant(userId, { organisationId: demoOrganisationId('pharmacy-1'), role: 'PHARMACIST' });
    expect(await nameSeenBy('patient')).toBe('Dr Ada Brandt');
  });

  it('ends the sessions that act in it, and no others', async () => {
    const userId = await register();
    const { membership } = await grant(userId);
    await grant(userId, { organisationId: demoOrganisationId('hillside-clinic') });
    const [row] = await identity.sql('SELECT email FROM email_addresses WHERE user_id = $1', [userId]);
    const login = row!.email.split('@')[0];
    const signIn = async (more: object = {}) =>
      (await identity.signIn(login, { password: person().password, ...more })).session!;
    const [one, two] = [await signIn(), await signIn()];
    const other = await signIn({ membershipId: one.memberships[1]!.id });
    expect(one.membership.id).toBe(membership.id);

    await send('endMembership', { membershipId: membership.id, expectedVersion: 1 });
    const revoked = (await identity.emitted(SessionRevoked)).map((event) => event.aggregateId);
    const idOf = (tokens: { accessToken: string }) => actorIn(tokens.accessToken).sessionId;
    expect(revoked.toSorted()).toEqual([idOf(one), idOf(two)].toSorted());
    expect(revoked).not.toContain(idOf(other));
    expect(
      (await identity.signIn(login, { password: person().password, membershipId: membership.id })).userErrors,
    ).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  it.each([
    [{ userId: newId() }, 'NOT_FOUND', 'userId'],
    [{ organisationId: newId() }, 'NOT_FOUND', 'organisationId'],
    [{ role: 'PHARMACIST' }, 'INVALID', 'role'],
    [{ role: 'PATIENT', licenceNumber: '1' }, 'INVALID', 'licenceNumber'],
    [{ userId: 'nonsense' }, 'INVALID', 'userId'],
  ])('names what is wrong: %j', async (wrong, code, field) => {
    expect(await grant(demoUserId('patient2'), wrong)).toMatchObject({
      membership: null,
      ...refusal(code, field),
    });
  });

  it('says which permission there is none of', async () => {
    const { userErrors } = await grant(demoUserId('patient2'), { permissions: ['Fly'] });
    expect(userErrors).toMatchObject([{ code: 'INVALID', path: ['input', 'permissions', '0'] }]);
  });

  it('does not find a membership that is not there, nor end one’s own', async () => {
    expect(await send('endMembership', { membershipId: newId(), expectedVersion: 1 })).toMatchObject(
      refusal('NOT_FOUND', 'membershipId'),
    );
    expect(
      await send('endMembership', { membershipId: demoMembershipId('admin'), expectedVersion: 1 }),
    ).toMatchObject(refusal('NOT_ALLOWED', 'membershipId'));
  });
});

describe('the right to it', () => {
  it.each(mutations)('%s is for holders of the permission', async (mutation) => {
    const inputs = {
      registerOrganisation: clinic,
      registerUser: person(),
      grantMembership: {
        userId: demoUserId('patient'),
        organisationId: demoOrganisationId('operator'),
        role: 'ADMINISTRATOR',
      },
      endMembership: { membershipId: demoMembershipId('patient'), expectedVersion: 1 },
    };
    for (const login of ['patient', 'doctor', 'pharmacist']) {
      const { errors } = await send(mutation, inputs[mutation], demoActor(login));
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
  });

  it('is not got by a token alone once it was taken away', async () => {
    const former: Actor = { ...demoActor('doctor'), permissions: ['ManageUsers', 'ManageOrganisations'] };
    expect(await send('registerUser', person(), former)).toMatchObject(refusal('NOT_ALLOWED'));
    expect(await send('registerOrganisation', clinic, former)).toMatchObject(refusal('NOT_ALLOWED'));
    expect(
      (
        await send(
          'grantMembership',
          {
            userId: demoUserId('doctor2'),
            organisationId: demoOrganisationId('harbour-clinic'),
            role: 'DOCTOR',
          },
          former,
        )
      ).userErrors,
    ).toHaveLength(1);
    const end = { membershipId: demoMembershipId('doctor2'), expectedVersion: 1 };
    expect((await send('endMembership', end, former)).userErrors).toHaveLength(1);
  });

  it('reaches no further than itself', async () => {
    const userId = await register();
    await grant(userId, { permissions: ['ManageUsers'] });
    const helpDesk: Actor = { ...demoActor('doctor'), userId: userId as never, permissions: ['ManageUsers'] };
    const asHelpDesk = (input: object) => send('grantMembership', input, helpDesk);
    const toOperator = { userId, organisationId: demoOrganisationId('operator'), role: 'ADMINISTRATOR' };
    expect(await asHelpDesk(toOperator)).toMatchObject(refusal('NOT_ALLOWED'));
    expect(
      await send('endMembership', { membershipId: demoMembershipId('admin'), expectedVersion: 1 }, helpDesk),
    ).toMatchObject(refusal('NOT_ALLOWED'));
    const asPatient = { userId, organisationId: demoOrganisationId('harbour-clinic'), role: 'PATIENT' };
    expect((await asHelpDesk(asPatient)).userErrors).toEqual([]);
  });
});
