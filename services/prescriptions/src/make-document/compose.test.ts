import { newId } from '@carethread/contracts/ids.ts';
import { describe, expect, it } from '@jest/globals';
import { clear, judged, line, rules, signed, withFindings } from '../../test/examples.ts';
import { answerFinding } from '../judging.ts';
import type { Signed } from '../prescription.ts';
import type { StoredVerdict } from '../screening.ts';
import { compose, paperOf } from './compose.ts';
import { KnownCharacters } from './page/known-characters.ts';

const names = {
  patient: 'Zoé Ω',
  prescriber: 'Dr Amina Okafor',
  licenceNumber: null,
  clinic: { name: 'Riverside Clinic', city: 'New York' },
};
const pageOf = (prescription: Signed, verdict: StoredVerdict | null = clear) =>
  compose(prescription, {
    names,
    birthDate: '1980-03-03',
    verdict,
    packs: rules.packs,
    code: '0'.repeat(30),
    address: 'https://care.example/verify/0',
  });

describe('what a document says', () => {
  it('is what was signed, in words, in the clinic’s zone and on its paper', () => {
    const page = pageOf(signed([line({ repeats: 1, substitutionAllowed: false })]) as Signed);
    expect(page).toMatchObject({
      paper: 'LETTER',
      version: 1,
      patient: { name: 'Zoé Ω', born: '3 March 1980' },
      signed: '20 November 2026, 04:00 (America/New York)',
      signedOn: '20 November 2026',
      validUntil: '19 May 2027',
      medicines: [
        {
          name: 'Amoxicillin 500 mg capsule',
          directions: '500 (five hundred) mg three times a day, by mouth, for 10\u00a0days.',
          instructions: 'With water.',
          substitution: 'No substitution: exactly this product.',
          quantity: '30 (thirty) capsule',
          repeats: 'Once',
        },
      ],
      safetyNotes: ['The safety check found nothing.'],
    });
  });

  it('tells findings and gaps with the prescriber’s answers, and never that there is nothing when nothing was checked', () => {
    const gap = { check: 'interaction', lineId: null, reason: 'uncoded_drug' };
    const verdict: StoredVerdict = { ...withFindings('one', 'two'), status: 'incomplete', notChecked: [gap] };
    const found = judged(signed(), verdict).prescription;
    const answer = { id: newId(), doctorId: found.doctorId, at: new Date(0), text: 'Watched.' };
    const answered = answerFinding(
      found,
      found.version,
      { ...answer, findingKey: 'one', reason: 'will_be_monitored' },
      { now: new Date(0), newIds: { fill: newId, line: newId }, rules },
    );
    if (!('prescription' in answered)) throw new Error('It was refused.');
    expect(pageOf(answered.prescription as Signed, verdict).safetyNotes).toEqual([
      'Major interaction: warfarin, aspirin. Answered by the prescriber: will be monitored.',
      'Major interaction: warfarin, aspirin.',
      'Not checked: interaction (uncoded drug).',
    ]);
    expect(pageOf(signed() as Signed, null).safetyNotes).toEqual(['The safety check has not answered.']);
  });

  it('names the schedule of a controlled medicine, and its rules', () => {
    const controlled = line({
      resolved: { wording: 'Oxycodone 5 mg oral tablet', ingredients: ['oxycodone'], schedule: 'CII' },
    });
    const page = pageOf({ ...(signed() as Signed), lines: [controlled] });
    expect(page.medicines[0]!.details).toMatch(/Schedule II \(US@1\)/);
    expect(page.safetyNotes.at(-1)).toMatch(/^Medicine 1 is controlled: .*Schedule II.*No repeats\./);
  });

  it.each([
    ['US', 'LETTER'],
    ['US-NY', 'LETTER'],
    ['CA-ON', 'LETTER'],
    ['FR', 'A4'],
    ['', 'A4'],
  ])('of a clinic in %s is on %s', (jurisdiction, paper) => expect(paperOf(jurisdiction)).toBe(paper));
});

describe('characters', () => {
  const latin = { hasGlyphForCodePoint: (codePoint: number) => codePoint < 0x250 };

  it('that the font has are left, composed; others become their number; controls become spaces', () => {
    const characters = new KnownCharacters(latin);
    expect(characters.write('Zoe\u0301\n\u202eÅ')).toBe('Zoé Å');
    expect(characters.replaced).toBe(false);
    expect(characters.write('张 😀')).toBe('[U+5F20] [U+1F600]');
    expect(characters.replaced).toBe(true);
  });
});
