import { describe, expect, it } from '@jest/globals';
import { type Actor, permissions, permissionsOf, roles } from '@carethread/contracts/actor.ts';
import { organisationKinds } from '@carethread/contracts/events/identity.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { actorOf, decideEnd, decideGrant, type Grant, type Membership, permissionsIn } from './membership.ts';

const now = new Date('2026-11-20T12:00:00Z');
const earlier = new Date('2026-11-01T12:00:00Z');

const grant: Grant = {
  id: newId(),
  userId: newId(),
  organisationId: newId(),
  role: 'doctor',
  extraPermissions: [],
  licenceNumber: 'CA-1234',
};
const active: Membership = { ...grant, version: 1, grantedAt: earlier, endedAt: null };
const ended: Membership = { ...active, version: 2, endedAt: earlier };
const administrator: Actor = actorOf(
  { ...grant, id: newId(), userId: newId(), role: 'administrator' },
  newId(),
);
const helpDesk: Actor = { ...administrator, role: 'pharmacist', permissions: ['ManageUsers'] };

const codeOf = (outcome: unknown) => (outcome instanceof Refusal ? outcome.userErrors[0]?.code : 'done');
const pathOf = (outcome: unknown) => (outcome instanceof Refusal ? outcome.userErrors[0]?.path : undefined);

describe('granting a membership', () => {
  it('begins with version 1', () => {
    expect(decideGrant(null, grant, 'clinic', administrator, now)).toEqual({
      ...grant,
      version: 1,
      grantedAt: now,
      endedAt: null,
    });
  });

  it('revives one that has ended, under its old id', () => {
    expect(decideGrant(ended, { ...grant, id: newId() }, 'clinic', administrator, now)).toMatchObject({
      id: ended.id,
      version: 3,
      grantedAt: now,
      endedAt: null,
    });
  });

  it('is refused while there is one', () => {
    expect(codeOf(decideGrant(active, grant, 'clinic', administrator, now))).toBe('CONFLICT');
  });

  it.each(roles.flatMap((role) => organisationKinds.map((kind) => [role, kind] as const)))(
    'of a %s in a %s fits or does not',
    (role, kind) => {
      const fits = { patient: 'clinic', doctor: 'clinic', pharmacist: 'pharmacy', administrator: 'operator' };
      const outcome = decideGrant(null, { ...grant, role, licenceNumber: null }, kind, administrator, now);
      expect(codeOf(outcome)).toBe(fits[role] === kind ? 'done' : 'INVALID');
    },
  );

  it('takes a licence number from those who have one', () => {
    const patient = decideGrant(null, { ...grant, role: 'patient' }, 'clinic', administrator, now);
    expect(pathOf(patient)).toEqual(['input', 'licenceNumber']);
  });

  it('hands out no permission that the granter does not hold', () => {
    const another = { ...grant, role: 'administrator', licenceNumber: null } as const;
    expect(codeOf(decideGrant(null, another, 'operator', helpDesk, now))).toBe('NOT_ALLOWED');
    const extra = { ...grant, extraPermissions: ['OperatePlatform'] } satisfies Grant;
    expect(codeOf(decideGrant(null, extra, 'clinic', helpDesk, now))).toBe('NOT_ALLOWED');
    const own = { ...grant, extraPermissions: ['ManageUsers'] } satisfies Grant;
    expect(codeOf(decideGrant(null, own, 'clinic', helpDesk, now))).toBe('done');
  });
});

describe('ending a membership', () => {
  it('keeps it, with the time', () => {
    expect(decideEnd(active, 1, administrator, now)).toEqual({ ...active, version: 2, endedAt: now });
  });

  it.each([
    ['nobody can see', null, 1, administrator, 'NOT_FOUND'],
    ['that changed meanwhile', ended, 1, administrator, 'CONFLICT'],
    ['that has ended', ended, 2, administrator, 'ILLEGAL_MOVE'],
    ['one acts in', { ...active, id: administrator.membershipId }, 1, administrator, 'NOT_ALLOWED'],
    [
      'with more permissions than one holds',
      { ...active, role: 'administrator' },
      1,
      helpDesk,
      'NOT_ALLOWED',
    ],
  ] as const)('is refused for one %s', (_, current, version, by, code) => {
    expect(codeOf(decideEnd(current, version, by, now))).toBe(code);
  });
});

describe('permissions', () => {
  it('are those of the role and the granted ones, known ones only', () => {
    expect(permissionsIn({ role: 'pharmacist', extraPermissions: ['ManageUsers', 'Fly'] })).toEqual([
      'ManageUsers',
    ]);
  });

  it('of an administrator are all, which the database function access.holds relies on', () => {
    expect(permissionsOf.administrator).toEqual(permissions);
  });
});
