import { describe, expect, it } from '@jest/globals';
import { draft, line, now, ok, refused, rules, toScreen, uncontrolled } from '../../test/examples.ts';
import type { Refusal } from '@carethread/service-kit/refusal.ts';
import type { Line, Resolved } from '../line.ts';
import { sign } from '../signing.ts';
import { signingChecks } from './at-signing.ts';

const medicine = (resolved: Partial<Resolved>, more: Partial<Line> = {}): Line =>
  line({ repeats: 0, durationDays: 10, resolved: { ...uncontrolled, ...resolved }, ...more });
const cii = (more: Partial<Line> = {}) => medicine({ schedule: 'CII', ingredients: ['oxycodone'] }, more);
const ciii = (more: Partial<Line> = {}) =>
  medicine({ schedule: 'CIII', ingredients: ['buprenorphine'] }, more);
const civ = (more: Partial<Line> = {}) => medicine({ schedule: 'CIV', ingredients: ['diazepam'] }, more);
const cv = (more: Partial<Line> = {}) => medicine({ schedule: 'CV', ingredients: ['pregabalin'] }, more);

const twoFactors = ['pwd', 'otp', 'mfa'];
const kinds = (one: Line, place: string | null, age: number | null = 10, methods = twoFactors) =>
  signingChecks(
    [one],
    rules.packs.inForce(place, '2026-11-20'),
    age === null ? null : { ageSeconds: age, methods },
  ).map(({ kind }) => kind);

describe('what a signature needs', () => {
  it.each<[string, Line, string | null, number | null, string[]]>([
    ['nothing for what is in no schedule', medicine({}), 'US', null, []],
    ['a proof of identity for CII', cii(), 'US', null, ['step_up']],
    ['one that is young enough', cii(), 'US', 301, ['step_up']],
    ['and no younger than the pack says', cii(), 'US', 300, []],
    ['a younger one in France', cii(), 'FR', 300, ['step_up']],
    ['no repeats for CII', cii({ repeats: 1 }), 'US', 10, ['repeats']],
    ['at most five repeats for CIII', ciii({ repeats: 5 }), 'US', 10, []],
    ['and not six', ciii({ repeats: 6 }), 'US', 10, ['repeats']],
    ['the same for CIV', civ({ repeats: 6 }), 'US', 10, ['repeats']],
    ['as many repeats as the doctor says for CV', cv({ repeats: 11 }), 'US', 10, []],
    ['any number of days for CII in most of the US', cii({ durationDays: 90 }), 'US-CA', 10, []],
    ['at most thirty in New York', cii({ durationDays: 31 }), 'US-NY', 10, ['days_supply']],
    ['no repeats of a benzodiazepine in New York', civ({ repeats: 1 }), 'US-NY', 10, ['repeats']],
    ['the federal proof of identity in New York, too', civ(), 'US-NY', null, ['step_up']],
    ['at most 28 days in France', cii({ durationDays: 29 }), 'FR', 10, ['days_supply']],
    [
      'at most 14 of methadone there',
      medicine({ schedule: 'CII', ingredients: ['methadone'] }, { durationDays: 15 }),
      'FR',
      10,
      ['days_supply'],
    ],
    ['a duration where there is a limit to it', cii({ durationDays: null }), 'FR', 10, ['duration']],
    [
      'nothing in France for what only the US controls',
      medicine({ schedule: 'CIII', ingredients: ['testosterone'] }),
      'FR',
      null,
      [],
    ],
    ['rules, for what is controlled', cii(), 'DE', 10, ['no_rules']],
    ['rules, where nobody knows the place', cii(), null, 10, ['no_rules']],
    ['the catalog, for what it has not spoken of', line(), 'US', null, ['schedule_pending']],
    ['an answer, for what it does not know', medicine({ wording: null }), 'US', null, ['schedule_unknown']],
    [
      'an answer, for what was typed by hand',
      line({ productId: null, ingredients: [] }),
      'US',
      null,
      ['schedule_unknown'],
    ],
  ])('%s', (_, one, place, age, expected) => {
    expect(kinds(one, place, age)).toEqual(expected);
  });

  it.each<[string, Line, string, string[], string[]]>([
    ['two factors in New York', cii(), 'US-NY', ['pwd'], ['step_up']],
    ['which a recovery code is as well', civ(), 'US-NY', ['pwd', 'recovery', 'mfa'], []],
    ['and a passkey that has made sure of its user', cv(), 'US-NY', ['hwk', 'user', 'mfa'], []],
    ['any proof elsewhere in the US', cii(), 'US-CA', ['pwd'], []],
    ['none for what is in no schedule', medicine({}), 'US-NY', ['pwd'], []],
  ])('%s', (_, one, place, methods, expected) => {
    expect(kinds(one, place, 10, methods)).toEqual(expected);
  });
});

const inPlace = (lines: Line[], jurisdiction = 'US') => ({
  ...draft(lines),
  clinic: { jurisdiction, timeZone: 'America/New_York' },
});
const signedWith = (prescription: ReturnType<typeof inPlace>, proofAge: number | null) =>
  sign(
    prescription,
    { userId: prescription.doctorId, mayPrescribe: true, expectedVersion: prescription.version },
    toScreen(prescription.lines),
    {
      now,
      rules,
      stepUp: proofAge === null ? null : { at: now.getTime() / 1000 - proofAge, methods: twoFactors },
    },
  );

describe('signing controlled medicines', () => {
  it('tells the client what to do when the proof of identity is missing', () => {
    const refusal = signedWith(inPlace([medicine({}), cii()]), null) as Refusal;
    expect(refusal.userErrors).toEqual([
      {
        code: 'STEP_UP_REQUIRED',
        path: [],
        message: expect.stringMatching(/Schedule II \(US@1\).*confirmIdentity.*300 seconds/),
      },
    ]);
  });

  it('says which proof, where the pack asks for particular ones', () => {
    const refusal = signedWith(inPlace([cii()], 'US-NY'), null) as Refusal;
    expect(refusal.userErrors).toMatchObject([
      { code: 'STEP_UP_REQUIRED', message: expect.stringContaining('who you are with two factors (confirm') },
    ]);
  });

  it('names field and limit of every line', () => {
    const refusal = signedWith(inPlace([cii({ repeats: 2 }), ciii({ repeats: 7, durationDays: 10 })]), 10);
    expect((refusal as Refusal).userErrors).toEqual([
      {
        code: 'INVALID',
        path: ['lines', '0', 'repeats'],
        message: 'Schedule II (US@1): at most 0 repeats, not 2.',
      },
      {
        code: 'INVALID',
        path: ['lines', '1', 'repeats'],
        message: 'Schedule III (US@1): at most 5 repeats, not 7.',
      },
    ]);
  });

  it('keeps packs, proof and schedules with the signature', () => {
    const [plain, strict] = [medicine({}), cii()];
    const { signature, signedSchedules } = ok(signedWith(inPlace([plain, strict], 'US-NY'), 10)).prescription;
    expect(signature).toMatchObject({ packs: ['US-NY@2', 'US@1'], stepUp: { methods: twoFactors } });
    expect(signedSchedules).toEqual({ [plain.id]: null, [strict.id]: 'CII' });
  });

  it('is valid for as long as the strictest line', () => {
    const until = (lines: Line[], place: string) =>
      ok(signedWith(inPlace(lines, place), 10)).prescription.signature!.validUntil.toISOString();
    expect(until([cii()], 'US')).toBe('2027-05-19T09:00:00.000Z');
    expect(until([medicine({}), cii()], 'FR')).toBe('2026-12-18T09:00:00.000Z');
    const methadone = medicine({ schedule: 'CII', ingredients: ['methadone'] });
    expect(until([cii(), methadone], 'FR')).toBe('2026-12-04T09:00:00.000Z');
  });

  it('does not take a later proof for an earlier one: it is looked at when it is signed', () => {
    expect(refused(signedWith(inPlace([ciii()]), 3_600))).toEqual(['STEP_UP_REQUIRED']);
  });
});
