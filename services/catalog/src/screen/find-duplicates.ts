import { finding, type Judgement } from './judgement.ts';
import { isSubject, type ClinicalRelease } from './release.ts';
import type { Use } from './uses.ts';

/**
 * The same ingredient twice, or two members of a class that a rule names. What acts locally and what goes through the
 * body are no duplicates of each other: hydrocortisone cream beside hydrocortisone tablets is common. How it is given is
 * not always known; a second order of the same ingredient is then one.
 */
export function findDuplicates(uses: readonly Use[], release: ClinicalRelease): Judgement {
  const findings = uses.flatMap((a, index) =>
    uses
      .slice(index + 1)
      .filter((b) => a.line !== b.line && mayMeet(a, b))
      .flatMap((b) =>
        release.rules.duplicates
          .filter(({ subject }) =>
            a.ingredient === b.ingredient
              ? subject === 'ingredient:*'
              : isSubject(release, subject, a.ingredient) && isSubject(release, subject, b.ingredient),
          )
          .map((rule) => finding('duplicate', rule, [a.line, b.line], [a.ingredient, b.ingredient])),
      ),
  );
  return { findings, gaps: [] };
}

function mayMeet(a: Use, b: Use): boolean {
  if (a.local === b.local) return true;
  const isOpen = ({ line }: Use) => (line ? line.routes.length === 0 : a.ingredient === b.ingredient);
  return isOpen(a) || isOpen(b);
}
