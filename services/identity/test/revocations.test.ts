import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newPartnerKey, partners } from './partner.ts';
import { actorIn, demoMembershipId, type Identity, startIdentity } from './identity.ts';

let identity: Identity;
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const revocations = async () =>
  (await fetch(`http://127.0.0.1:${identity.service.port}/revocations`)).json() as Promise<{
    endedIds: string[];
    membershipIds: string[];
    memberships: { id: string; permissions: string[] }[];
    serviceAccounts: { id: string; scopes: string[] }[];
  }>;
const nothing = { endedIds: [], membershipIds: [], memberships: [], serviceAccounts: [] };

describe('what a gateway that was not there asks for', () => {
  it('are the sessions and memberships that ended while tokens of theirs may live', async () => {
    const { session } = await identity.signIn('patient');
    const actor = actorIn(session!.accessToken);
    expect(await revocations()).toEqual(nothing);
    await identity.query(actor, 'mutation { signOut { userErrors { code } } }');
    await identity.sql('UPDATE memberships SET ended_at = $2 WHERE id = $1', [
      demoMembershipId('doctor'),
      identity.now(),
    ]);
    expect(await revocations()).toEqual({
      ...nothing,
      endedIds: [actor.sessionId],
      membershipIds: [demoMembershipId('doctor')],
    });
    identity.later(15 * 60_000);
    expect(await revocations()).toEqual(nothing);
    identity.later(-15 * 60_000);
  });

  it('is also what memberships and programs may still do that lost a right', async () => {
    const membership = demoMembershipId('pharmacist');
    const permits = (permissions: string) =>
      identity.sql(`UPDATE memberships SET extra_permissions = '${permissions}' WHERE id = $1`, [membership]);
    await permits('{ManageUsers,InviteMembers}');
    const partner = partners(() => identity);
    const account = await partner.create(newPartnerKey());
    const may = (scopes: string) =>
      identity.sql(`UPDATE service_accounts SET scopes = '${scopes}' WHERE user_id = $1`, [account.id]);
    await may('{tickets:read,tickets:claim}');
    expect(await revocations()).toMatchObject({ memberships: [], serviceAccounts: [] });
    await permits('{InviteMembers}');
    await may('{tickets:read}');
    const { memberships, serviceAccounts } = await revocations();
    expect(memberships).toEqual([{ id: membership, permissions: ['InviteMembers'] }]);
    expect(serviceAccounts).toEqual([{ id: account.id, scopes: ['tickets:read'] }]);
  });
});
