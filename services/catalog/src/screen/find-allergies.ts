import type { PatientFactors } from '@carethread/contracts/screening.ts';
import type { AllergyRule } from '../rules/rule.ts';
import { gap, type Gap } from './gap.ts';
import { finding, type Judgement } from './judgement.ts';
import { isSubject, type ClinicalRelease } from './release.ts';
import type { Use } from './uses.ts';

/** Prescribed ingredients against recorded allergies: the same substance, its class, and graded cross-reactions. */
export function findAllergies(
  uses: readonly Use[],
  patient: PatientFactors,
  release: ClinicalRelease,
): Judgement {
  const prescribed = uses.filter((use) => use.line);
  const gaps: Gap[] = patient.allergies
    .filter((allergy) => !isKnown(allergy, release))
    .map(() => gap('allergy', null, 'unknown_allergy_code'));
  if (patient.uncodedAllergies > 0) gaps.push(gap('allergy', null, 'free_text_allergy'));
  const findings = prescribed.flatMap((use) =>
    patient.allergies.flatMap((allergy) =>
      rulesFor(allergy, use.ingredient, release).map((rule) =>
        finding('allergy', rule, [use.line], [use.ingredient, `allergy:${allergy}`]),
      ),
    ),
  );
  return { findings, gaps };
}

function isKnown(allergy: string, { ingredients, classes, otherAllergens }: ClinicalRelease): boolean {
  const code = allergy.slice(allergy.indexOf(':') + 1);
  if (allergy.startsWith('ingredient:')) return ingredients.has(code);
  return allergy.startsWith('class:') ? classes.has(code) : otherAllergens.has(allergy);
}

function rulesFor(allergy: string, ingredient: string, release: ClinicalRelease): AllergyRule[] {
  const graded = release.rules.allergies.filter((rule) => isGraded(rule, allergy, ingredient, release));
  const general = (allergyTo: string) =>
    release.rules.allergies.filter((rule) => rule.allergyTo === allergyTo);
  // The substance itself is more than any statement about its class.
  if (allergy === `ingredient:${ingredient}`) return general('ingredient:*');
  if (graded.length > 0 || !allergy.startsWith('class:')) return graded;
  return isSubject(release, allergy, ingredient) ? general('class:*') : [];
}

/** A rule about a class is also one about an allergy to a member of it. */
function isGraded(rule: AllergyRule, allergy: string, ingredient: string, release: ClinicalRelease): boolean {
  const cause =
    rule.allergyTo === allergy ||
    (allergy.startsWith('ingredient:') &&
      isSubject(release, rule.allergyTo, allergy.slice('ingredient:'.length)));
  return cause && isSubject(release, rule.appliesTo, ingredient);
}
