import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { MembershipGranted } from '@carethread/contracts/events/identity.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { mutationText } from '@carethread/service-kit/testing/mutation-text.ts';
import { administration } from './administration.ts';
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
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());
const { send: administer } = administration(() => identity);

const pharmacy = demoOrganisationId('pharmacy-1');
const setFields = 'permissionSet { id name permissions version endedAt role organisation { id } }';
const selections: Record<string, string> = {
  createPermissionSet: setFields,
  changePermissionSet: setFields,
  endPermissionSet: setFields,
  setMembershipPermissions: 'membership { id version permissions directPermissions permissionSets { name } }',
};
const send = async (mutation: string, input: object, actor: Actor = demoActor('admin')) => {
  const text = mutationText(mutation, selections[mutation]!);
  return (await identity.query(actor, text, { input: { idempotencyKey: newId(), ...input } }))[mutation];
};
const createSet = async (permissions: string[], more: object = {}, actor?: Actor) => {
  const input = { organisationId: pharmacy, name: `Set ${newId()}`, permissions, ...more };
  return (await send('createPermissionSet', input, actor)).permissionSet;
};
const membershipOf = async (login: string) =>
  (
    await identity.query(
      demoActor('admin'),
      'query ($id: ID!) { user(id: $id) { memberships { id version permissions } } }',
      { id: demoUserId(login) },
    )
  )['user'].memberships[0];
const give = async (login: string, permissionSetIds: string[], permissions: string[] = [], actor?: Actor) => {
  const { id, version } = await membershipOf(login);
  const input = { membershipId: id, expectedVersion: version, permissions, permissionSetIds };
  return send('setMembershipPermissions', input, actor);
};
const tokenOf = async (login: string, more: object = {}) =>
  actorIn((await identity.signIn(login, more)).session!.accessToken);

describe('a permission set of an organisation (U-01, S-25)', () => {
  it('is given to members, and their tokens carry it', async () => {
    const set = await createSet(['ManageDrugCatalog']);
    expect(set).toMatchObject({ version: 1, organisation: { id: pharmacy }, role: null, endedAt: null });
    const { membership, userErrors } = await give('pharmacist', [set.id], ['ManageUsers']);
    expect(userErrors).toEqual([]);
    expect(membership).toMatchObject({
      version: 2,
      permissions: ['ManageUsers', 'ManageDrugCatalog'],
      directPermissions: ['ManageUsers'],
      permissionSets: [{ name: set.name }],
    });
    expect((await tokenOf('pharmacist')).permissions).toEqual(['ManageUsers', 'ManageDrugCatalog']);
  });

  it('changes for everybody who has it at once, and each is told of', async () => {
    const set = await createSet(['ManageDrugCatalog']);
    await give('pharmacist', [set.id]);
    const changed = await send('changePermissionSet', {
      id: set.id,
      expectedVersion: 1,
      permissions: ['ManageClinicalRules'],
    });
    expect(changed.permissionSet).toMatchObject({
      version: 2,
      name: set.name,
      permissions: ['ManageClinicalRules'],
    });
    const membership = await membershipOf('pharmacist');
    expect(membership.permissions).toEqual(['ManageClinicalRules']);
    const told = (await identity.emitted(MembershipGranted)).findLast(
      ({ aggregateId }) => aggregateId === demoMembershipId('pharmacist'),
    );
    expect([told?.sequence, told?.data.permissions]).toEqual([membership.version, ['ManageClinicalRules']]);
    expect(
      (await send('changePermissionSet', { id: set.id, expectedVersion: 1, permissions: [] })).userErrors,
    ).toMatchObject([{ code: 'CONFLICT', currentVersion: 2 }]);

    await send('endPermissionSet', { id: set.id, expectedVersion: 2 });
    expect((await tokenOf('pharmacist')).permissions).toEqual([]);
    expect((await give('pharmacist', [set.id])).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  it('is managed by the organisation’s own people, for it alone and within what they hold', async () => {
    await give('pharmacist', [], ['ManagePermissions', 'ManageDrugCatalog']);
    const lead = await tokenOf('pharmacist');
    const set = await createSet(['ManageDrugCatalog'], {}, lead);
    expect(set).toMatchObject({ organisation: { id: pharmacy } });
    const beyond = { organisationId: pharmacy, name: 'More', permissions: ['ManageUsers'] };
    expect((await send('createPermissionSet', beyond, lead)).userErrors).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);
    const elsewhere = { organisationId: demoOrganisationId('pharmacy-2'), name: 'Theirs', permissions: [] };
    expect((await send('createPermissionSet', elsewhere, lead)).userErrors).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);

    const theirs = await createSet([], elsewhere);
    const change = { id: theirs.id, expectedVersion: 1, permissions: [] };
    expect((await send('changePermissionSet', change, lead)).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
    expect((await give('pharmacist2', [], [], lead)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await give('pharmacist', [], [], lead)).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    const { permissionSets } = await identity.query(
      lead,
      '{ permissionSets(first: 100) { edges { node { name organisation { id } } } } }',
    );
    const owners = new Set(permissionSets.edges.map(({ node }: any) => node.organisation?.id ?? 'a role'));
    expect(owners).toEqual(new Set([pharmacy, 'a role']));
  });

  it('is no use to who holds the permission no more: the database has the last word', async () => {
    await give('pharmacist', [], ['ManagePermissions']);
    const former = await tokenOf('pharmacist');
    await give('pharmacist', []);
    const input = { organisationId: pharmacy, name: 'Late', permissions: [] };
    expect((await send('createPermissionSet', input, former)).userErrors).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);
  });

  it('does not come back with a membership that is granted again', async () => {
    const set = await createSet(['ManageDrugCatalog']);
    await give('pharmacist2', [], []);
    const theirs = await createSet(['ManageDrugCatalog'], {
      organisationId: demoOrganisationId('pharmacy-2'),
    });
    expect((await give('pharmacist2', [set.id])).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    await give('pharmacist2', [theirs.id]);
    const { id, version } = await membershipOf('pharmacist2');
    await administer('endMembership', { membershipId: id, expectedVersion: version });
    const { membership } = await administer('grantMembership', {
      userId: demoUserId('pharmacist2'),
      organisationId: demoOrganisationId('pharmacy-2'),
      role: 'PHARMACIST',
    });
    expect(membership).toMatchObject({ id, permissions: [] });
  });

  it('has one name in an organisation', async () => {
    const set = await createSet([]);
    const again = { organisationId: pharmacy, name: set.name, permissions: [] };
    expect((await send('createPermissionSet', again)).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
    const other = await createSet([]);
    const renamed = { id: other.id, expectedVersion: 1, name: set.name, permissions: [] };
    expect((await send('changePermissionSet', renamed)).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
  });
});

describe('the permission set of a role', () => {
  const ofDoctors = async () => {
    const { permissionSets } = await identity.query(
      demoActor('admin'),
      '{ permissionSets(first: 100) { edges { node { id role version permissions } } } permissions }',
    );
    return permissionSets.edges.map(({ node }: any) => node).find(({ role }: any) => role === 'DOCTOR');
  };
  const change = async (permissions: string[], actor?: Actor) => {
    const { id, version } = await ofDoctors();
    return send('changePermissionSet', { id, expectedVersion: version, permissions }, actor);
  };

  it('is had by all its holders, those of now and those to come, and nobody hands it out unawares', async () => {
    expect((await change(['ManageDrugCatalog'])).userErrors).toEqual([]);
    expect((await tokenOf('doctor')).permissions).toEqual(['ManageDrugCatalog']);
    expect((await tokenOf('patient')).permissions).toEqual([]);
    const colleague = { organisationId: demoOrganisationId('harbour-clinic'), role: 'DOCTOR' };
    const { membership } = await administer('grantMembership', {
      userId: demoUserId('patient2'),
      ...colleague,
    });
    expect(membership.permissions).toEqual(['ManageDrugCatalog']);
    const second = await tokenOf('patient2', { membershipId: membership.id });
    expect(second.permissions).toEqual(['ManageDrugCatalog']);

    await give('pharmacist', [], ['ManageUsers']);
    const helpDesk = await tokenOf('pharmacist');
    const grant = { userId: demoUserId('pharmacist2'), ...colleague };
    expect((await administer('grantMembership', grant, helpDesk)).userErrors).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);

    await change([]);
    expect((await tokenOf('doctor')).permissions).toEqual([]);
  });

  it('is changed by administrators only', async () => {
    await give('pharmacist', [], ['ManagePermissions']);
    expect((await change([], await tokenOf('pharmacist'))).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});

describe('several memberships of one person', () => {
  it('do not add up: each token has what the one it acts in allows, in the database as well', async () => {
    await give('pharmacist', [], ['ManageOrganisations']);
    const { membership } = await administer('grantMembership', {
      userId: demoUserId('pharmacist'),
      organisationId: demoOrganisationId('hillside-clinic'),
      role: 'DOCTOR',
      permissions: ['ManageDrugCatalog'],
    });
    const atPharmacy = await tokenOf('pharmacist');
    const atClinic = await tokenOf('pharmacist', { membershipId: membership.id });
    expect(atPharmacy.permissions).toEqual(['ManageOrganisations']);
    expect(atClinic.permissions).toEqual(['ManageDrugCatalog']);
    // With a token that mixes both, the database still knows which one is acted in.
    const mixed: Actor = { ...atClinic, permissions: ['ManageOrganisations', 'ManageDrugCatalog'] };
    const organisation = {
      kind: 'CLINIC',
      name: 'X',
      city: 'Y',
      timeZone: 'Europe/Berlin',
      jurisdiction: 'DE',
    };
    expect((await administer('registerOrganisation', organisation, mixed)).userErrors).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);
    expect((await administer('registerOrganisation', organisation, atPharmacy)).userErrors).toEqual([]);
  });
});
