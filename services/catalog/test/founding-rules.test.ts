import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readFormulary } from '../src/formulary/read-formulary.ts';
import { substanceIndex } from '../src/importing/substances.ts';

const fixtures = process.env['CARETHREAD_DATA_DIR_FIXTURES'];
if (!fixtures)
  console.warn(
    'The founding rules are not compared: CARETHREAD_DATA_DIR_FIXTURES names no folder with curated/clinical-rules.json.',
  );

interface Subject {
  readonly type: 'class' | 'ingredient';
  readonly name: string;
}
interface Founding {
  readonly classes: Record<string, readonly string[]>;
  readonly interactions: readonly { id: string; a: Subject; b: Subject; severity: string }[];
  readonly allergyRules: readonly { id: string; allergyTo: string; appliesTo: string; action: string }[];
  readonly contraindications: readonly { id: string; subject: string; severity: string }[];
  readonly dosageGuidelines: readonly { ingredient: string; maxPerDay: { value: number; unit: string } }[];
}

/** Where the shipped formulary says it otherwise, and why. */
const otherwise = {
  members: [
    // The catalog has substances without their salts, and minerals by the salt that is taken.
    'COMBINED_HORMONAL_CONTRACEPTIVE: estradiol valerate',
    'POLYVALENT_CATION: iron',
    'POLYVALENT_CATION: zinc',
  ],
  // One rule about the class instead of two about its members.
  interactions: ['ddi-008', 'ddi-009'],
  // Short courses have a higher limit: acute thrombosis, pneumonia, single doses.
  doses: ['rivaroxaban 20 mg: 30 mg', 'apixaban 10 mg: 20 mg', 'azithromycin 500 mg: 2000 mg'],
};
const severityOf: Record<string, string> = {
  block: 'contraindicated',
  warn_strong: 'major',
  warn: 'moderate',
  info: 'info',
};

(fixtures ? describe : describe.skip)('the founding rules are in the shipped formulary', () => {
  const founding = fixtures
    ? (JSON.parse(readFileSync(join(fixtures, 'curated', 'clinical-rules.json'), 'utf8')) as Founding)
    : { classes: {}, interactions: [], allergyRules: [], contraindications: [], dosageGuidelines: [] };
  const { ingredients, classes, rules } = readFormulary();
  const { byName } = substanceIndex(
    ingredients.map(({ code, name, synonyms }) => ({
      code,
      name,
      synonyms: synonyms.map((each) => each.name),
    })),
  );
  const codeOf = (name: string) => byName(name)?.code ?? `unknown ${name}`;
  const subject = ({ type, name }: Subject) =>
    type === 'class' ? `class:${name}` : `ingredient:${codeOf(name)}`;

  it('with every member of every class', () => {
    const missing = Object.entries(founding.classes).flatMap(([code, members]) => {
      const own = classes.find((each) => each.code === code)?.members ?? [];
      return members.filter((name) => !own.includes(codeOf(name))).map((name) => `${code}: ${name}`);
    });
    expect(missing).toEqual(otherwise.members);
  });

  it('with every interaction, as severe', () => {
    const different = founding.interactions.filter(({ id, a, b, severity }) => {
      const own = rules.interactions.find((rule) => rule.id === id);
      return (
        own?.severity !== severity ||
        [subject(a), subject(b)].toSorted().join() !== [own.a, own.b].toSorted().join()
      );
    });
    expect(different.map(({ id }) => id)).toEqual(otherwise.interactions);
  });

  it('with every allergy rule and contraindication, as severe', () => {
    for (const { id, allergyTo, appliesTo, action } of founding.allergyRules)
      expect(rules.allergies.find((rule) => rule.id === id)).toMatchObject({
        allergyTo: allergyTo.replaceAll('_or_', '-or-'),
        appliesTo,
        severity: severityOf[action],
      });
    for (const { id, subject: about, severity } of founding.contraindications)
      expect(rules.contraindications.find((rule) => rule.id === id)).toMatchObject({
        subject: about,
        severity,
      });
  });

  it('with every daily limit', () => {
    const limits = founding.dosageGuidelines.flatMap(({ ingredient, maxPerDay: { value, unit } }) => {
      const [amountUnit, per] = unit.split('/');
      const own = rules.doses.filter(
        ({ ingredient: code, maxPerDay }) => code === codeOf(ingredient) && maxPerDay.per === per,
      );
      if (own.some(({ maxPerDay }) => maxPerDay.amount === String(value) && maxPerDay.unit === amountUnit))
        return [];
      return [`${ingredient} ${value} ${unit}: ${own[0]?.maxPerDay.amount} ${own[0]?.maxPerDay.unit}`];
    });
    expect(limits).toEqual(otherwise.doses);
  });
});
