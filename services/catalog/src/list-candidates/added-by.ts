import { notCheckedKey, type ScreeningInput, type Verdict } from '@carethread/contracts/screening.ts';
import type { ClinicalRelease } from '../screen/release.ts';
import { screen } from '../screen/screen.ts';

/** The name of the line that is not written yet, in findings about it. */
export const candidateLine = 'candidate';

/** What a product would bring that the draft does not have already. */
export type Added = Pick<Verdict, 'findings' | 'notChecked'>;

/** Its dose is not written yet: that is not held against it, and no dose is judged. */
export function addedBy(
  productId: string,
  draft: { readonly input: ScreeningInput; readonly verdict: Verdict },
  release: ClinicalRelease,
): Added {
  const line = {
    lineId: candidateLine,
    productId,
    ingredients: [],
    route: null,
    dose: null,
    durationDays: null,
  };
  const whole = screen({ ...draft.input, lines: [...draft.input.lines, line] }, release);
  const found = new Set(draft.verdict.findings.map(({ key }) => key));
  const open = new Set(draft.verdict.notChecked.map(notCheckedKey));
  return {
    findings: whole.findings.filter(({ key }) => !found.has(key)),
    notChecked: whole.notChecked.filter(
      (gap) => !open.has(notCheckedKey(gap)) && !(gap.check === 'dose' && gap.reason === 'missing_dose'),
    ),
  };
}
