import { describe, expect, it } from '@jest/globals';
import type { Actor, Permission } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { actorOf, type Membership } from './membership.ts';
import { decidePermissions, decideSetChange, type PermissionSet } from './permission-set.ts';

const now = new Date('2026-11-20T12:00:00Z');
const organisationId = newId<'Organisation'>();
const lead: Actor = {
  ...actorOf(
    { id: newId(), userId: newId(), organisationId, role: 'pharmacist', extraPermissions: [] },
    newId(),
  ),
  permissions: ['ManagePermissions', 'ManageDrugCatalog'],
};
const set: PermissionSet = {
  id: newId(),
  organisationId,
  name: 'Shift lead',
  permissions: ['ManageDrugCatalog'],
  version: 3,
  endedAt: null,
};
const ofRole: PermissionSet = { ...set, organisationId: null };
const member: Membership & { directPermissions: string[] } = {
  id: newId(),
  userId: newId(),
  organisationId,
  role: 'pharmacist',
  extraPermissions: [],
  directPermissions: [],
  licenceNumber: null,
  version: 2,
  grantedAt: now,
  endedAt: null,
};
const codeOf = (outcome: unknown) => (outcome instanceof Refusal ? outcome.userErrors[0]?.code : 'done');
const content = (permissions: Permission[], name: string | null = null) =>
  ({ kind: 'content', name, permissions }) as const;

describe('a change of a permission set', () => {
  it.each([
    ['of one nobody can see', null, 3, content([]), 'NOT_FOUND'],
    ['based on an old version', set, 2, content([]), 'CONFLICT'],
    ['of one that has ended', { ...set, endedAt: now }, 3, content([]), 'ILLEGAL_MOVE'],
    ['that hands out more than one holds', set, 3, content(['ManageUsers']), 'NOT_ALLOWED'],
    [
      'that takes away more than one holds',
      { ...set, permissions: ['ManageUsers'] },
      3,
      content([]),
      'NOT_ALLOWED',
    ],
    ['that renames the set of a role', ofRole, 3, content([], 'Other'), 'INVALID'],
    ['that ends the set of a role', ofRole, 3, { kind: 'end' } as const, 'INVALID'],
    [
      'that ends one with more than one holds',
      { ...set, permissions: ['ManageUsers'] },
      3,
      { kind: 'end' } as const,
      'NOT_ALLOWED',
    ],
    ['within what one holds', set, 3, content([]), 'done'],
    ['of the set of a role, within that', ofRole, 3, content(['ManagePermissions']), 'done'],
  ])('%s', (_, current, version, change, code) => {
    expect(codeOf(decideSetChange(current, version, change, lead, now))).toBe(code);
  });

  it('raises the version, and keeps the name unless there is a new one', () => {
    expect(decideSetChange(set, 3, content(['ManagePermissions']), lead, now)).toEqual({
      ...set,
      permissions: ['ManagePermissions'],
      version: 4,
    });
    expect(decideSetChange(set, 3, content([], 'Lead'), lead, now)).toMatchObject({ name: 'Lead' });
    expect(decideSetChange(set, 3, { kind: 'end' }, lead, now)).toMatchObject({ endedAt: now, version: 4 });
  });
});

describe('permissions of a member', () => {
  const wish = { expectedVersion: 2, permissions: [] as Permission[], sets: [set] };
  it.each([
    ['whom nobody can see', null, wish, 'NOT_FOUND'],
    ['as they were before', member, { ...wish, expectedVersion: 1 }, 'CONFLICT'],
    ['who has left', { ...member, endedAt: now }, wish, 'ILLEGAL_MOVE'],
    ['who is a patient', { ...member, role: 'patient' as const }, wish, 'INVALID'],
    ['who is oneself', { ...member, userId: lead.userId }, wish, 'NOT_ALLOWED'],
    ['who has more than one holds', { ...member, extraPermissions: ['ManageUsers'] }, wish, 'NOT_ALLOWED'],
    ['who would get more', member, { ...wish, permissions: ['ManageUsers' as const] }, 'NOT_ALLOWED'],
    [
      'by a set with more',
      member,
      { ...wish, sets: [{ ...set, permissions: ['ManageUsers'] }] },
      'NOT_ALLOWED',
    ],
    [
      'by a set of others',
      member,
      { ...wish, sets: [{ ...set, organisationId: newId<'Organisation'>() }] },
      'NOT_FOUND',
    ],
    ['by the set of a role', member, { ...wish, sets: [ofRole] }, 'NOT_FOUND'],
    ['by a set that has ended', member, { ...wish, sets: [{ ...set, endedAt: now }] }, 'NOT_FOUND'],
    ['within what one holds', member, wish, 'done'],
  ])('%s', (_, current, wanted, code) => {
    expect(codeOf(decidePermissions(current, wanted, lead))).toBe(code);
  });
});
