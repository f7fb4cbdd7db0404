import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InvitationEnded, InvitationMade, MembershipGranted } from '@carethread/contracts/events/identity.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { Authenticator } from './authenticator.ts';
import { factorsOf, refusedWith } from './factors.ts';
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
const { send, signedIn } = factorsOf(() => identity);
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const day = 86_400_000;
const password = 'a good long password';
const wish = (more: object = {}) => ({
  idempotencyKey: newId(),
  email: `${newId()}@new.example`,
  organisationId: demoOrganisationId('pharmacy-1'),
  role: 'PHARMACIST',
  ...more,
});
const invite = (more: object = {}, actor = demoActor('admin')) => send(actor, 'inviteMember', wish(more));
const newcomer = (token: string) => ({ token, displayName: 'Ines Moreau', password });
const signInAs = async (email: string) => (await identity.signIn('', { email, password })).session;
const shown = async (token: string) =>
  (
    await identity.query(
      null,
      'query ($token: String!) { shownInvitation(token: $token) { email organisationName role } }',
      { token },
    )
  )['shownInvitation'];

describe('an invitation', () => {
  it('makes an account with a password, once, and tells of it by ids', async () => {
    const { invited } = await invite({ email: ' Ines@New.Example', licenceNumber: 'RPH-9' });
    expect(invited.invitation).toMatchObject({ email: 'ines@new.example', status: 'PENDING', version: 1 });
    expect(await shown(invited.token)).toEqual({
      email: 'ines@new.example',
      organisationName: 'Quay Pharmacy',
      role: 'PHARMACIST',
    });
    const { accepted, userErrors } = await send(null, 'acceptInvitation', newcomer(invited.token));
    expect(userErrors).toEqual([]);
    const session = await signInAs('ines@new.example');
    expect(session?.membership).toEqual({ id: accepted.membershipId, role: 'PHARMACIST' });

    expect(await send(null, 'acceptInvitation', newcomer(invited.token))).toMatchObject(
      refusedWith('EXPIRED'),
    );
    expect(await shown(invited.token)).toBeNull();
    const about = { aggregateId: invited.invitation.id };
    expect(await identity.emitted(InvitationMade)).toEqual([
      expect.objectContaining({ ...about, sequence: 1, actorId: demoUserId('admin') }),
    ]);
    expect(await identity.emitted(InvitationEnded)).toEqual([
      expect.objectContaining({
        ...about,
        sequence: 2,
        data: { invitationId: invited.invitation.id, accepted: true },
      }),
    ]);
    const [granted] = (await identity.emitted(MembershipGranted)).slice(-1);
    expect(granted).toMatchObject({
      aggregateId: accepted.membershipId,
      sequence: 1,
      data: { role: 'pharmacist' },
    });
  });

  it('makes an account with a passkey, which is a way in and comes with recovery codes', async () => {
    const { invited } = await invite();
    const { options } = await send(null, 'beginInvitedPasskey', {
      token: invited.token,
      displayName: 'Ines Moreau',
    });
    const authenticator = new Authenticator();
    const passkey = authenticator.create(options);
    const input = { token: invited.token, displayName: 'Ines Moreau', passkey };
    const { accepted } = await send(null, 'acceptInvitation', input);
    expect(accepted.recoveryCodes).toHaveLength(10);
    const { options: request } = await send(null, 'beginPasskeySignIn');
    const { session } = await send(null, 'signInWithPasskey', { passkey: authenticator.get(request) });
    expect(session.membership.id).toBe(accepted.membershipId);
    expect(await send(null, 'acceptInvitation', input)).toMatchObject(refusedWith('NOT_ALLOWED'));
  });

  it('adds a membership to the account of its address after sign-in, and to no other', async () => {
    const { invited } = await invite({ email: 'pharmacist2@demo.example' });
    expect(await send(null, 'acceptInvitation', newcomer(invited.token))).toMatchObject(
      refusedWith('CONFLICT'),
    );
    const { token } = invited;
    const stranger = actorIn((await signedIn('pharmacist')).accessToken);
    expect(await send(stranger, 'joinByInvitation', { token })).toMatchObject(refusedWith('NOT_ALLOWED'));
    const invitee = actorIn((await signedIn('pharmacist2')).accessToken);
    const { membership } = await send(invitee, 'joinByInvitation', { token });
    expect(membership).toMatchObject({ role: 'PHARMACIST', version: 1 });
    expect(await send(invitee, 'joinByInvitation', { token })).toMatchObject(refusedWith('EXPIRED'));
    const again = await invite({ email: 'pharmacist2@demo.example' });
    expect(await send(invitee, 'joinByInvitation', { token: again['invited'].token })).toMatchObject(
      refusedWith('CONFLICT'),
    );
  });

  it('to a membership that ended grants anew what it says, beside what comes with the role', async () => {
    const id = demoMembershipId('doctor2');
    await identity.sql(
      `UPDATE memberships SET extra_permissions = '{ManageUsers}', issuer = 'https://issuer.example', ended_at = now()
       WHERE id = $1`,
      [id],
    );
    await identity.sql(`UPDATE permission_sets SET permissions = '{ApproveRenewals}' WHERE role = 'doctor'`);
    const organisationId = demoActor('doctor2').organisationId;
    const role = { organisationId, role: 'DOCTOR', permissions: ['InviteMembers'] };
    const { invited } = await invite({ ...role, email: 'doctor2@demo.example' });
    const { membership } = await send(demoActor('doctor2'), 'joinByInvitation', { token: invited.token });
    expect(membership.id).toBe(id);
    const kept =
      'SELECT direct_permissions, extra_permissions, issuer, ended_at FROM memberships WHERE id = $1';
    expect(await identity.sql(kept, [id])).toEqual([
      {
        direct_permissions: ['InviteMembers'],
        extra_permissions: ['ApproveRenewals', 'InviteMembers'],
        issuer: null,
        ended_at: null,
      },
    ]);
  });

  it('is accepted by one of several who come at once', async () => {
    const { invited } = await invite();
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => send(null, 'acceptInvitation', newcomer(invited.token))),
    );
    expect(answers.filter(({ accepted }) => accepted)).toHaveLength(1);
  });

  it('ends after seven days, when it is taken back, and with the membership of who made it', async () => {
    const useless = async (token: string) => {
      expect(await shown(token)).toBeNull();
      expect(await send(null, 'acceptInvitation', newcomer(token))).toMatchObject(refusedWith('EXPIRED'));
    };
    const late = await invite();
    identity.later(7 * day);
    await useless(late['invited'].token);

    const { invited } = await invite();
    const back = { idempotencyKey: newId(), invitationId: invited.invitation.id, expectedVersion: 1 };
    const { invitation } = await send(demoActor('admin'), 'revokeInvitation', back);
    expect(invitation).toMatchObject({ status: 'REVOKED', version: 2 });
    expect(
      await send(demoActor('admin'), 'revokeInvitation', {
        ...back,
        idempotencyKey: newId(),
        expectedVersion: 2,
      }),
    ).toMatchObject(refusedWith('ILLEGAL_MOVE'));
    await useless(invited.token);

    await holding('pharmacist2', ['InviteMembers']);
    const manager = { ...demoActor('pharmacist2'), permissions: ['InviteMembers' as const] };
    const theirs = await invite({ organisationId: demoOrganisationId('pharmacy-2') }, manager);
    await identity.sql('UPDATE memberships SET ended_at = now() WHERE id = $1', [
      demoMembershipId('pharmacist2'),
    ]);
    await useless(theirs['invited'].token);
  });

  it('repeats the same token for the same idempotency key, and stores none', async () => {
    const input = wish();
    const first = await send(demoActor('admin'), 'inviteMember', input);
    const { token, invitation } = first['invited'];
    expect((await send(demoActor('admin'), 'inviteMember', input))['invited'].token).toBe(token);
    const [row] = await identity.sql('SELECT * FROM invitations WHERE id = $1', [invitation.id]);
    expect(JSON.stringify(row)).not.toContain(token);
  });

  it('can be made by a manager for their own organisation and what they hold, and by nobody else', async () => {
    await holding('pharmacist', ['InviteMembers']);
    const manager = { ...demoActor('pharmacist'), permissions: ['InviteMembers' as const] };
    const { invited } = await invite({ permissions: ['InviteMembers'] }, manager);
    const list = 'query { invitations(first: 100) { edges { node { id invitedBy { id } } } } }';
    const { invitations } = await identity.query(manager, list);
    const here = await identity.sql('SELECT FROM invitations WHERE organisation_id = $1', [
      manager.organisationId,
    ]);
    expect(invitations.edges).toHaveLength(here.length);
    expect(invitations.edges[0].node).toEqual({
      id: invited.invitation.id,
      invitedBy: { id: manager.userId },
    });

    expect(await invite({ permissions: ['ManageUsers'] }, manager)).toMatchObject(refusedWith('NOT_ALLOWED'));
    expect(await invite({ organisationId: demoOrganisationId('pharmacy-2') }, manager)).toMatchObject(
      refusedWith('NOT_ALLOWED'),
    );
    expect(await invite({ role: 'DOCTOR' }, manager)).toMatchObject(refusedWith('INVALID'));
    for (const actor of [
      demoActor('doctor'),
      { ...demoActor('doctor'), permissions: ['InviteMembers' as const] },
    ])
      expect(await invite({ organisationId: actor.organisationId, role: 'DOCTOR' }, actor)).toMatchObject(
        refusedWith('NOT_ALLOWED'),
      );
    expect((await identity.query(demoActor('doctor'), list))['invitations'].edges).toEqual([]);
    expect(
      (
        await send(demoActor('doctor'), 'revokeInvitation', {
          idempotencyKey: newId(),
          invitationId: invited.invitation.id,
          expectedVersion: 1,
        })
      )['userErrors'],
    ).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  const holding = (login: string, permissions: string[]) =>
    identity.sql('UPDATE memberships SET extra_permissions = $2 WHERE id = $1', [
      demoMembershipId(login),
      permissions,
    ]);
});
