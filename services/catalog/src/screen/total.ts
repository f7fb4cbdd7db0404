import { plus, type Exact, zero } from '../amount/exact.ts';
import type { Unit } from '../amount/unit.ts';
import { type Amounts, amountsOf } from './daily-amount.ts';
import type { GapReason } from './gap.ts';
import type { CodedLine, Use } from './uses.ts';

export interface Total {
  /** What is known to be taken in a day. */
  readonly known: Exact;
  readonly lines: readonly CodedLine[];
  /** What each of the lines gives. */
  readonly amounts: ReadonlyMap<CodedLine, Amounts>;
  /** What comes on top and cannot be counted; a null line is something the patient already takes. */
  readonly unknown: readonly { readonly line: CodedLine | null; readonly reason: GapReason }[];
}

/** One ingredient's daily amount over all lines, as amounts of `unit`. */
export function totalOf(
  uses: readonly Use[],
  ingredient: string,
  unit: Unit,
  counts: (line: CodedLine) => boolean = () => true,
): Total {
  let known = zero;
  const amounts = new Map<CodedLine, Amounts>();
  const unknown: { line: CodedLine | null; reason: GapReason }[] = [];
  for (const use of uses) {
    if (use.ingredient !== ingredient || use.local) continue;
    if (!use.line) {
      unknown.push({ line: null, reason: 'missing_dose' });
      continue;
    }
    if (!counts(use.line)) continue;
    const given = amountsOf(use.line, ingredient, unit);
    if (typeof given === 'string') unknown.push({ line: use.line, reason: given });
    else {
      known = plus(known, given.inADay);
      amounts.set(use.line, given);
    }
  }
  return { known, lines: [...amounts.keys()], amounts, unknown };
}
