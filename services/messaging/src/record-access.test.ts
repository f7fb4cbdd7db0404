import { newId } from '@carethread/contracts/ids.ts';
import { describe, expect, it } from '@jest/globals';
import { byWhom, lineIdOf, sentenceOf } from './record-access.ts';

const names = { reader: 'Dr Amina Okafor', organisation: 'Northside Clinic', proxy: null };
const line = {
  userId: newId(),
  organisationId: newId(),
  role: 'doctor',
  proxyId: null,
  byWhom: 'person',
  action: 'R',
  kind: 'Prescription',
  purpose: 'TREAT',
  times: 1,
  entityIds: [newId()],
  firstAt: new Date('2026-11-20T14:05:30Z'),
  lastAt: new Date('2026-11-20T14:05:40Z'),
};

describe('an access in plain words', () => {
  it.each([
    [
      {},
      'Dr Amina Okafor (Northside Clinic) read your prescription, for your treatment, on 20 November 2026 at 14:05 UTC.',
    ],
    [
      { times: 3, entityIds: [newId(), newId()], lastAt: new Date('2026-11-20T14:40:00Z') },
      'Dr Amina Okafor (Northside Clinic) read your prescriptions, for your treatment, on 20 November 2026 between 14:05 and 14:40 UTC, 3 times.',
    ],
    [
      { purpose: 'ETREAT', kind: 'PatientProfile' },
      'Dr Amina Okafor (Northside Clinic) read your health profile, in an emergency, without having been your carer before, on 20 November 2026 at 14:05 UTC.',
    ],
    [
      { purpose: 'HOPERAT', kind: 'EmergencyAccess' },
      'Dr Amina Okafor (Northside Clinic) read an emergency access to your record, to keep the service running, on 20 November 2026 at 14:05 UTC.',
    ],
    [
      { kind: 'PrescriptionDocument' },
      'Dr Amina Okafor (Northside Clinic) read the document of your prescription, for your treatment, on 20 November 2026 at 14:05 UTC.',
    ],
    [
      { byWhom: 'self', purpose: 'PATRQT' },
      'You read your prescription, as you asked, on 20 November 2026 at 14:05 UTC.',
    ],
    [
      { byWhom: 'system', purpose: 'HOPERAT', action: 'U', kind: 'Ticket' },
      'The platform itself changed your ticket, to keep the service running, on 20 November 2026 at 14:05 UTC.',
    ],
  ])('says who, what, why and when: %j', (change, sentence) =>
    expect(sentenceOf({ ...line, ...change }, names)).toBe(sentence),
  );

  it('names a proxy as somebody else, and whoever is not known by what they acted as', () => {
    expect(sentenceOf({ ...line, role: 'patient' }, { ...names, proxy: 'Rosa Diaz' })).toMatch(
      /^Rosa Diaz, in your place, read/,
    );
    expect(sentenceOf(line, { reader: null, organisation: null, proxy: null })).toMatch(
      /^A person acting as doctor read/,
    );
  });
});

describe('a line', () => {
  const told = {
    patientId: newId<'User'>(),
    userId: newId<'User'>(),
    organisationId: newId<'Organisation'>(),
    role: 'doctor',
    proxyId: null,
    action: 'R',
    kind: 'Prescription',
    purpose: 'TREAT',
    times: 1,
    entityIds: [newId<'Entity'>()],
    firstAt: '2026-11-20T14:05:30.000Z',
    lastAt: '2026-11-20T14:05:30.000Z',
  };

  it('is the same within an hour, and another for another person, thing or hour', () => {
    const id = lineIdOf(told);
    expect(lineIdOf({ ...told, firstAt: '2026-11-20T14:59:59.999Z', times: 7 })).toBe(id);
    for (const other of [
      { firstAt: '2026-11-20T15:00:00.000Z' },
      { userId: newId<'User'>() },
      { kind: 'Ticket' },
      { purpose: 'ETREAT' },
      { proxyId: newId<'User'>() },
    ])
      expect(lineIdOf({ ...told, ...other })).not.toBe(id);
  });

  it('is the patient’s own only without a proxy', () => {
    const { patientId } = told;
    expect(byWhom({ ...told, userId: patientId })).toBe('self');
    expect(byWhom({ ...told, userId: patientId, proxyId: newId<'User'>() })).toBe('person');
    expect(byWhom({ ...told, userId: null })).toBe('system');
  });
});
