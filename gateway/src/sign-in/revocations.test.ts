import { createLog } from '@carethread/service-kit/log.ts';
import { describe, expect, it } from '@jest/globals';
import type { Actor, Permission } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import type { Scope } from '@carethread/contracts/scopes.ts';
import { Revocations } from './revocations.ts';

const actor = (permissions: Permission[] = [], scopes?: Scope[]): Actor => {
  const userId = newId<'User'>();
  return {
    userId,
    membershipId: newId(),
    organisationId: newId(),
    role: 'pharmacist',
    permissions,
    sessionId: newId(),
    ...(scopes && { client: { id: userId, scopes } }),
  };
};

describe('revocations', () => {
  it('concern nobody they do not name', () => {
    const revocations = new Revocations('http://127.0.0.1:1', createLog('gateway', 'silent'));
    revocations.ended(newId());
    revocations.membershipEnded(newId());
    expect(revocations.concern(actor(['ManageUsers']))).toBe(false);
  });

  it('end tokens of a session, and of a membership', () => {
    const [one, other] = [actor(), actor()];
    const revocations = new Revocations('http://127.0.0.1:1', createLog('gateway', 'silent'));
    revocations.ended(one.sessionId);
    revocations.membershipEnded(other.membershipId);
    expect([one, other].map((each) => revocations.concern(each))).toEqual([true, true]);
  });

  it('end tokens that promise more than the membership allows now, and no others', () => {
    const rich = actor(['ManageUsers', 'ManageDrugCatalog']);
    const poor = { ...rich, permissions: ['ManageDrugCatalog' as const] };
    const revocations = new Revocations('http://127.0.0.1:1', createLog('gateway', 'silent'));
    revocations.membershipAllows(rich.membershipId, ['ManageDrugCatalog']);
    expect([rich, poor].map((each) => revocations.concern(each))).toEqual([true, false]);
    revocations.membershipAllows(rich.membershipId, ['ManageDrugCatalog', 'ManageUsers']);
    expect(revocations.concern(rich)).toBe(false);
  });

  it('let a membership go on that was granted again', () => {
    const again = actor();
    const revocations = new Revocations('http://127.0.0.1:1', createLog('gateway', 'silent'));
    revocations.membershipEnded(again.membershipId);
    revocations.membershipAllows(again.membershipId, []);
    expect(revocations.concern(again)).toBe(false);
  });

  it('end tokens of a service account with scopes it has no more', () => {
    const program = actor([], ['tickets:read', 'tickets:claim']);
    const less = { ...program, client: { id: program.userId, scopes: ['tickets:read' as const] } };
    const revocations = new Revocations('http://127.0.0.1:1', createLog('gateway', 'silent'));
    revocations.serviceAccountMay(program.userId, ['tickets:read']);
    expect([program, less].map((each) => revocations.concern(each))).toEqual([true, false]);
    revocations.serviceAccountMay(program.userId, []);
    expect(revocations.concern(less)).toBe(true);
  });
});
