import { newId, type PrincipalId } from '@carethread/contracts/ids.ts';
import { describe, expect, it } from '@jest/globals';
import { announcedTo, fitInto, type Hearer, type Mention, mentionsSchema } from './mention.ts';

const [patient, doctor, pharmacy] = [1, 2, 3].map(() => newId()) as [PrincipalId, PrincipalId, PrincipalId];
const hearer = (principalId: PrincipalId, role: Hearer['role'], quiet = false): Hearer => ({
  principalId,
  role,
  quiet,
});
const of = (mention: Partial<Mention>): Mention => ({
  memberId: null,
  role: null,
  start: 0,
  length: 1,
  ...mention,
});
const thread = [
  hearer(patient, 'patient'),
  hearer(doctor, 'doctor', true),
  hearer(pharmacy, 'pharmacy', true),
];

describe('a message is announced', () => {
  it('to the others, but not to who muted the thread', () => {
    expect(announcedTo(thread, pharmacy, [])).toEqual({ notifyIds: [patient], mentionedIds: [] });
  });

  it('to who is mentioned, by name or by role, even if they muted it', () => {
    expect(announcedTo(thread, patient, [of({ memberId: doctor })])).toEqual({
      notifyIds: [doctor],
      mentionedIds: [doctor],
    });
    expect(announcedTo(thread, patient, [of({ role: 'pharmacy' })])).toEqual({
      notifyIds: [pharmacy],
      mentionedIds: [pharmacy],
    });
  });

  it('never to who said it', () => {
    expect(announcedTo(thread, doctor, [of({ memberId: doctor })]).mentionedIds).toEqual([]);
  });
});

describe('mentions', () => {
  it.each([
    ['within the text', [of({ start: 0, length: 3 }), of({ start: 3, length: 2 })], true],
    ['beyond its end', [of({ start: 4, length: 2 })], false],
    ['one in another', [of({ start: 0, length: 3 }), of({ start: 2, length: 1 })], false],
  ])('%s', (_, mentions, fits) => {
    expect(fitInto('@Anna', mentions)).toBe(fits);
  });

  it('mean either a member or a role', () => {
    const place = { start: 0, length: 1 };
    expect(mentionsSchema.safeParse([{ ...place, role: 'DOCTOR' }]).data).toEqual([of({ role: 'doctor' })]);
    expect(mentionsSchema.safeParse([place]).success).toBe(false);
    expect(mentionsSchema.safeParse([{ ...place, role: 'DOCTOR', memberId: doctor }]).success).toBe(false);
  });
});
