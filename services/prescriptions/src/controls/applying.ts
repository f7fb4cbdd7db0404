import type { Line } from '../line.ts';
import { ingredientsOf } from '../line.ts';
import type { Pack, PackSchedule } from './pack.ts';
import { refOf } from './pack.ts';
import { noRule, type Rule, ruleOf, stricter } from './rule.ts';

/** What the catalog says a medicine is: its schedule there, and its ingredients. */
export interface Substance {
  schedule: string | null;
  ingredients: readonly string[];
}

/** A schedule of a pack that covers a medicine. */
export interface Applying {
  pack: Pack;
  schedule: PackSchedule;
}

/** Whether the catalog knows what a line is. What it does not know is not uncontrolled, it is unknown. */
export const isKnown = ({ resolved }: Line): boolean => resolved !== null && resolved.wording !== null;

export const substanceOf = (line: Line): Substance => ({
  schedule: line.resolved?.schedule ?? null,
  ingredients: ingredientsOf(line),
});

/** Of each pack the schedule that covers this. */
export const applyingTo = (packs: readonly Pack[], substance: Substance): Applying[] =>
  packs.flatMap((pack) => {
    const schedule = pack.schedules.find(({ covers }) => isCovered(covers, substance));
    return schedule ? [{ pack, schedule }] : [];
  });

const isCovered = (covers: PackSchedule['covers'], { schedule, ingredients }: Substance): boolean =>
  'catalogSchedules' in covers
    ? schedule !== null && covers.catalogSchedules.includes(schedule)
    : covers.ingredients.some((code) => ingredients.includes(code));

/** What all of them ask together. */
export const ruleUnder = (applying: readonly Applying[]): Rule =>
  applying.reduce((rule, { schedule }) => stricter(rule, ruleOf(schedule.rules)), noRule);

/** How people call it: `Schedule II (US@1)`. */
export const nameOf = (applying: readonly Applying[]): string =>
  [...new Set(applying.map(({ pack, schedule }) => `${schedule.title} (${refOf(pack)})`))].join(', ');
