import type { Exact } from './exact.ts';

/** Amounts convert within a dimension only: a milligram is never a unit of insulin. */
export type Dimension = 'mass' | 'volume' | 'count' | 'unit' | 'equivalent' | 'mole' | 'time';

export interface Unit {
  readonly dimension: Dimension;
  /** How many of the dimension's smallest unit one of it is: ng, uL, piece, unit, mEq, mmol, minute. */
  readonly factor: Exact;
}

const table: Record<Dimension, Record<string, bigint>> = {
  mass: { ng: 1n, mcg: 1_000n, mg: 1_000_000n, g: 1_000_000_000n, kg: 1_000_000_000_000n },
  volume: { ul: 1n, ml: 1_000n, l: 1_000_000n },
  // What a strength without a denominator is "of": one tablet, one puff, one vial.
  count: Object.fromEntries(
    (
      '1 tablet capsule puff actuation spray patch suppository pessary lozenge film sachet vial ampoule syringe ' +
      'dose piece ring implant'
    )
      .split(' ')
      .map((name) => [name, 1n]),
  ),
  unit: { unit: 1n },
  equivalent: { meq: 1n },
  mole: { mmol: 1n },
  time: { min: 1n, h: 60n, d: 1_440n },
};

const units = new Map<string, Unit>(
  Object.entries(table).flatMap(([dimension, names]) =>
    Object.entries(names).map(([name, factor]): [string, Unit] => [
      name,
      { dimension: dimension as Dimension, factor: { n: factor, d: 1n } },
    ]),
  ),
);

const spellings: Record<string, string> = {
  ug: 'mcg',
  µg: 'mcg',
  μg: 'mcg',
  microgram: 'mcg',
  milligram: 'mg',
  gram: 'g',
  milliliter: 'ml',
  millilitre: 'ml',
  liter: 'l',
  litre: 'l',
  iu: 'unit',
  u: 'unit',
  '[iu]': 'unit',
  "[usp'u]": 'unit',
  hour: 'h',
  hr: 'h',
  day: 'd',
  tab: 'tablet',
  cap: 'capsule',
  inhalation: 'puff',
  application: 'dose',
};

/** One spelling per unit: `UG`, `µg` and `micrograms` are `mcg`; UCUM annotations such as `{tablet}` lose their braces. */
export function unitName(spelled: string): string {
  const name = spelled
    .trim()
    .toLowerCase()
    .replace(/^\{(.*)\}$/, '$1');
  const singular = [name, name.replace(/s$/, ''), name.replace(/es$/, ''), name.replace(/ies$/, 'y')];
  for (const each of singular) {
    const known = spellings[each] ?? (units.has(each) ? each : undefined);
    if (known) return known;
  }
  return singular[1]!;
}

/** The unit of that name in any spelling, or null when it is none that converts. */
export const unitOf = (spelled: string): Unit | null => units.get(unitName(spelled)) ?? null;

const rate = /^(.+)\/\s*([a-z]+)$/i;

/** A unit of so much in a time, such as mcg/h: what is given, and in how many minutes. Null for anything else. */
export function rateOf(spelled: string): { unit: Unit; minutes: Exact } | null {
  const [, of = '', per = ''] = rate.exec(spelled.trim()) ?? [];
  const [unit, time] = [unitOf(of), unitOf(per)];
  return unit && unit.dimension !== 'time' && time?.dimension === 'time'
    ? { unit, minutes: time.factor }
    : null;
}
