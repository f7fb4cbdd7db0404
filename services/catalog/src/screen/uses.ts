import type { ScreeningInput, ScreeningLine } from '@carethread/contracts/screening.ts';
import { sorted } from './canonical.ts';
import { gap, type Gap } from './gap.ts';
import type { ClinicalProduct, ClinicalRelease } from './release.ts';

/** One ingredient in one line of the prescription, or among what the patient already takes. */
export interface Use {
  readonly ingredient: string;
  /** Null for what the patient already takes. */
  readonly line: CodedLine | null;
  readonly local: boolean;
}

export interface CodedLine extends ScreeningLine {
  readonly product: ClinicalProduct | null;
  /** The routes it may be given by; empty for any, when nothing says or in words that are no code. */
  readonly routes: readonly string[];
}

/** What can be judged, and what cannot because its code is missing or unknown. */
export function usesOf(
  { lines, patient }: ScreeningInput,
  release: ClinicalRelease,
): { uses: Use[]; gaps: Gap[] } {
  const uses: Use[] = [];
  const gaps: Gap[] = [];
  for (const line of lines) {
    const product = line.productId === null ? null : (release.products.get(line.productId) ?? null);
    const codes = sorted([...line.ingredients, ...(product?.ingredients.map(({ code }) => code) ?? [])]);
    if (line.productId !== null && !product) gaps.push(gap('all', line.lineId, 'unknown_product'));
    else if (product && product.ingredients.length === 0)
      gaps.push(gap('all', line.lineId, 'product_without_ingredients'));
    else if (codes.length === 0) gaps.push(gap('all', line.lineId, 'uncoded_drug'));
    const routes =
      line.route === null
        ? (product?.routes ?? [])
        : [line.route].filter((route) => release.routes.has(route));
    const local = routes.length > 0 && routes.every((route) => release.localRoutes.has(route));
    const coded: CodedLine = { ...line, product, routes };
    for (const ingredient of codes) {
      gaps.push(...unknown(ingredient, line.lineId, release));
      uses.push({ ingredient, line: coded, local });
    }
  }
  for (const ingredient of patient.currentIngredients) {
    gaps.push(...unknown(ingredient, null, release));
    uses.push({ ingredient, line: null, local: false });
  }
  return { uses, gaps };
}

function unknown(ingredient: string, lineId: string | null, release: ClinicalRelease): Gap[] {
  const known = release.ingredients.get(ingredient);
  if (!known) return [gap('all', lineId, 'unknown_ingredient')];
  return known.reviewed ? [] : [gap('all', lineId, 'ingredient_not_reviewed')];
}
