import { describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { notCheckedKey, screeningInputSchema } from '@carethread/contracts/screening.ts';
import { clear, doctor, line, now, withFindings } from '../test/examples.ts';
import { contentHash } from './content.ts';
import { nothingKnown } from './patient-facts.ts';
import { clearanceOf, itemsOf, openItems, type Override, screeningInput, unanswered } from './screening.ts';

const override = (findingKey: string, hash = 'h'): Override => ({
  id: newId(),
  contentHash: hash,
  findingKey,
  reason: 'will_be_monitored',
  text: 'INR weekly',
  doctorId: doctor.userId,
  at: now,
});
const attempt = (verdict: ReturnType<typeof withFindings> | null, factsVersion = 1) => ({
  number: 1,
  contentVersion: 1,
  contentHash: 'h',
  factsVersion,
  cause: 'signed' as const,
  input: screeningInput([], nothingKnown, '2026-11-20'),
  askedAt: now,
  verdict,
  judgedAt: null,
});

describe('a verdict', () => {
  it('R-04 is never taken for clear unless it says so', () => {
    expect(itemsOf(clear)).toEqual([]);
    expect(itemsOf({ ...clear, status: 'incomplete' })).toEqual(['verdict:incomplete']);
    expect(itemsOf({ ...withFindings('a'), status: 'clear' })).toEqual(['a']);
  });

  it('R-04 lists each gap under a key of its own', () => {
    const gap = { check: 'dose', lineId: null, reason: 'weight_unknown' };
    expect(notCheckedKey(gap)).toBe('notChecked:dose:patient:weight_unknown');
    expect(notCheckedKey({ ...gap, lineId: 'L' })).toBe('notChecked:dose:L:weight_unknown');
    expect(itemsOf(unanswered(screeningInput([], nothingKnown, '2026-11-20')))).toEqual([
      'notChecked:screening:patient:timeout',
    ]);
  });

  it('R-04 asks for no answer to what is only good to know', () => {
    const [known] = withFindings('a').findings;
    expect(itemsOf({ ...clear, findings: [{ ...known!, severity: 'info' }] })).toEqual([]);
  });

  it('R-06 is answered by overrides of the same content only', () => {
    expect(openItems(withFindings('a', 'b'), 'h', [override('a'), override('b', 'other')])).toEqual(['b']);
  });

  it('R-05 counts only while the facts are those it was reached on', () => {
    const about = { screening: attempt(clear), overrides: [], factsVersion: 1, releaseInForce: null };
    expect(clearanceOf(about)).toEqual({ kind: 'clear', overridden: false });
    expect(clearanceOf({ ...about, factsVersion: 2 }).kind).toBe('pending');
    expect(clearanceOf({ ...about, screening: attempt(null) }).kind).toBe('pending');
    expect(clearanceOf({ ...about, screening: attempt(withFindings('a')) })).toEqual({
      kind: 'open',
      items: ['a'],
    });
    const answered = { ...about, screening: attempt(withFindings('a')), overrides: [override('a')] };
    expect(clearanceOf(answered)).toEqual({ kind: 'clear', overridden: true });
  });

  it('R-05 counts only while the release is in force that it was reached with', () => {
    const about = {
      screening: attempt(clear),
      overrides: [],
      factsVersion: 1,
      releaseInForce: clear.releaseId,
    };
    expect(clearanceOf(about).kind).toBe('clear');
    expect(clearanceOf({ ...about, releaseInForce: newId() }).kind).toBe('pending');
    // What was not checked at all and answered for by hand is no release's word.
    const byHand = attempt(unanswered(screeningInput([], nothingKnown, '2026-11-20')));
    const overrides = [override('notChecked:screening:patient:timeout')];
    const answered = { ...about, releaseInForce: newId(), screening: byHand, overrides };
    expect(clearanceOf({ ...answered, screening: { ...byHand, contentHash: 'h' } }).kind).toBe('clear');
  });
});

describe('what is asked', () => {
  it('holds codes and an age, in the shape of the contract', () => {
    const facts = {
      ...nothingKnown,
      birthDate: '2019-05-01',
      allergies: ['ingredient:b', 'class:A'],
      currentIngredients: ['warfarin', 'aspirin', 'warfarin'],
    };
    const input = screeningInput([line()], facts, '2026-11-20');
    expect(screeningInputSchema.parse(input)).toEqual(input);
    expect(input.patient).toMatchObject({
      ageMonths: 90,
      allergies: ['class:A', 'ingredient:b'],
      currentIngredients: ['aspirin', 'warfarin'],
    });
  });
});

describe('the content hash', () => {
  const content = {
    prescriptionId: newId<'Prescription'>(),
    contentVersion: 1,
    patientId: newId<'User'>(),
    doctorId: newId<'User'>(),
    clinicId: newId<'Organisation'>(),
    lines: [line()],
  };

  it('is the same for the same content, however it was put together', () => {
    const shuffled = content.lines.map((each) => Object.fromEntries(Object.entries(each).reverse()) as never);
    expect(contentHash({ ...content, lines: shuffled })).toBe(contentHash(content));
    const resolved = { wording: 'x', ingredients: ['y'], schedule: null };
    expect(contentHash({ ...content, lines: content.lines.map((l) => ({ ...l, resolved })) })).toBe(
      contentHash(content),
    );
  });

  it('differs when anything the doctor wrote does', () => {
    const other = content.lines.map((l) => ({ ...l, quantity: l.quantity + 1 }));
    expect(contentHash({ ...content, lines: other })).not.toBe(contentHash(content));
    expect(contentHash({ ...content, contentVersion: 2 })).not.toBe(contentHash(content));
  });
});
