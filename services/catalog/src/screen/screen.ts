import type { ScreeningInput, Verdict } from '@carethread/contracts/screening.ts';
import { canonicalJson, normalise, sha256, sorted } from './canonical.ts';
import { findAllergies } from './find-allergies.ts';
import { findContraindications } from './find-contraindications.ts';
import { findDoses } from './find-doses.ts';
import { findDuplicates } from './find-duplicates.ts';
import { findInteractions } from './find-interactions.ts';
import { collect } from './judgement.ts';
import type { ClinicalRelease } from './release.ts';
import { usesOf } from './uses.ts';

/**
 * Grows with every change of what the engine says about the same input and release. A stored verdict can be made again by
 * the engine of its number only; a test holds this number against what the engine says.
 */
export const engineNumber = 1;

/**
 * Judges a prescription against one release. Depends on nothing else: the same input and release give the same verdict,
 * byte for byte. `incomplete` wins over `findings`, and both over `clear`; findings of severity info need no answer and
 * leave a verdict clear. `checked` names each kind of check that ran, and `dose:<ingredient>` for every ingredient that
 * has a dose rule: a dose without one was not judged.
 */
export function screen(input: ScreeningInput, release: ClinicalRelease): Verdict {
  const { lines, patient } = normalise(input);
  const { uses, gaps } = usesOf({ lines, patient }, release);
  const doses = findDoses(uses, patient, release);
  const { findings, notChecked } = collect([
    { findings: [], gaps },
    findInteractions(uses, patient, release),
    findAllergies(uses, patient, release),
    findContraindications(uses, patient, release),
    findDuplicates(uses, release),
    doses,
  ]);
  return {
    status: statusOf(findings, notChecked),
    releaseId: release.id,
    engine: engineNumber,
    inputHash: sha256(canonicalJson({ lines, patient })),
    findings,
    checked: sorted([
      'allergy',
      'contraindication',
      'dose',
      'duplicate',
      'interaction',
      ...doses.judged.map((ingredient) => `dose:${ingredient}`),
    ]),
    notChecked,
  };
}

function statusOf(findings: Verdict['findings'], gaps: Verdict['notChecked']): Verdict['status'] {
  if (gaps.length > 0) return 'incomplete';
  return findings.some(({ severity }) => severity !== 'info') ? 'findings' : 'clear';
}
