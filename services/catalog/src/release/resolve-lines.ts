import type { EventData } from '@carethread/contracts/define-event.ts';
import type { ScreeningCompleted } from '@carethread/contracts/events/catalog.ts';
import type { LineId } from '@carethread/contracts/ids.ts';
import type { ScreeningLine } from '@carethread/contracts/screening.ts';
import { schedules } from '../formulary/formulary.ts';
import type { ReleaseWithProducts } from './load-products.ts';
import { sorted } from '../screen/canonical.ts';

type ResolvedLine = EventData<typeof ScreeningCompleted>['lines'][number];

/** All of a line that says what it is. */
type Named = Pick<ScreeningLine, 'lineId' | 'productId' | 'ingredients'>;

/** What each line is in the words and codes of the release, for prescriptions to keep. */
export const resolveLines = (
  { lines }: { lines: readonly Named[] },
  release: ReleaseWithProducts,
): ResolvedLine[] => lines.map((line) => resolveLine(line, release));

function resolveLine(line: Named, release: ReleaseWithProducts): ResolvedLine {
  const product = line.productId === null ? undefined : release.products.get(line.productId);
  const ingredients = sorted([...line.ingredients, ...(product?.ingredients.map(({ code }) => code) ?? [])]);
  return {
    // Prescriptions named the line, and its contract says how.
    lineId: line.lineId as LineId,
    wording: product?.wording ?? wordingOf(ingredients, release),
    ingredients,
    // Without a product the mixture is not known, so the strictest of its parts counts.
    schedule: product ? product.schedule : strictest(ingredients, release),
  };
}

function wordingOf(ingredients: readonly string[], release: ReleaseWithProducts): string | null {
  const names = ingredients.map((code) => release.ingredients.get(code)?.name);
  return names.length > 0 && names.every((name) => name !== undefined) ? names.join(' + ') : null;
}

const strictest = (ingredients: readonly string[], { scheduleOf }: ReleaseWithProducts): string | null =>
  schedules.find((schedule) => ingredients.some((code) => scheduleOf.get(code) === schedule)) ?? null;
