import { newId } from '@carethread/contracts/ids.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { describe, expect, it } from '@jest/globals';
import { decideOffer, decideRevocation, type Delegation, type Offer, statusOf } from './delegation.ts';

const now = new Date('2026-11-20T12:00:00Z');
const patient = person('patient');
const caretaker = person('administrator');
const wish: Offer = {
  patientId: null,
  relation: 'carer',
  scopes: ['read'],
  endsAt: new Date('2027-11-20T12:00:00Z'),
  childBornOn: null,
  reason: null,
};
const forChild: Offer = {
  ...wish,
  patientId: newId(),
  childBornOn: new Date('2009-03-01'),
  reason: 'Shown to us.',
};
const offered = (offer: Partial<Offer> = {}, by = patient) =>
  decideOffer(newId(), { ...wish, ...offer }, by, 18, now);
const code = (outcome: Delegation | Refusal) =>
  outcome instanceof Refusal ? outcome.userErrors[0]!.code : 'given';

describe('a delegation', () => {
  it('is given by the patient, or for a child with its birthday and a reason', () => {
    expect(offered()).toMatchObject({ patientId: patient.userId, givenBy: patient.userId, version: 1 });
    expect(code(offered({}, person('doctor')))).toBe('NOT_ALLOWED');
    expect(code(offered({ endsAt: now }))).toBe('INVALID');
    expect(code(offered({ endsAt: new Date('2037-01-01') }))).toBe('INVALID');
    expect(code(offered(forChild))).toBe('NOT_FOUND');
    expect(code(offered(forChild, caretaker))).toBe('given');
    expect(code(offered({ ...forChild, reason: null }, caretaker))).toBe('INVALID');
    expect(code(offered({ ...forChild, childBornOn: null }, caretaker))).toBe('INVALID');
    expect(code(offered({ ...forChild, childBornOn: new Date('2008-11-20') }, caretaker))).toBe(
      'NOT_ALLOWED',
    );
  });

  it('ends when the child comes of age', () => {
    expect(offered(forChild, caretaker)).toMatchObject({ endsAt: new Date('2027-03-01') });
    expect(offered({ ...forChild, childBornOn: new Date('2020-01-01') }, caretaker)).toMatchObject({
      endsAt: wish.endsAt,
    });
  });

  it('is offered, active, ended', () => {
    const given = offered() as Delegation;
    expect(statusOf(given, now)).toBe('offered');
    expect(statusOf(given, given.codeExpiresAt)).toBe('ended');
    const taken = { ...given, delegateId: newId<'User'>(), version: 2 };
    expect(statusOf(taken, given.codeExpiresAt)).toBe('active');
    expect(statusOf(taken, given.endsAt)).toBe('ended');
    const revoked = decideRevocation(taken, 2, patient, now) as Delegation;
    expect(revoked).toMatchObject({ version: 3, revokedBy: patient.userId });
    expect(statusOf(revoked, now)).toBe('ended');
    expect(code(decideRevocation(taken, 1, patient, now))).toBe('CONFLICT');
    expect(code(decideRevocation(revoked, 3, patient, now))).toBe('ILLEGAL_MOVE');
    expect(code(decideRevocation(null, 1, patient, now))).toBe('NOT_FOUND');
  });
});
