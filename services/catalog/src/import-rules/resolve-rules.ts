import { overlap } from '../rules/overlap.ts';
import type { DoseRule } from '../rules/rule.ts';
import type { Entries, EntryKind } from './rules-document.ts';
import type { Placed, PlacedEntries } from './read-rules.ts';
import { unitOf } from '../amount/unit.ts';

/** What the other parts of the release have. */
export interface Known {
  readonly ingredients: ReadonlySet<string>;
  readonly classes: ReadonlySet<string>;
  readonly allergens: ReadonlySet<string>;
  readonly conditions: ReadonlySet<string>;
  readonly routes: ReadonlySet<string>;
  readonly ruleIds: ReadonlySet<string>;
  readonly doses: readonly DoseRule[];
  /** Pairs, `a b` in the order of the alphabet. */
  readonly lookAlikes: ReadonlySet<string>;
}

/** Says of an entry why it is left out. */
export type Leave = (kind: EntryKind, line: number, text: string) => void;

/**
 * Keeps the entries that name what there is. A rule about something unknown would never apply, and nobody would notice; so
 * it is left out and reported.
 */
export function resolveRules(entries: PlacedEntries, known: Known, leave: Leave): Entries {
  const classes = keep('classes', entries.classes, leave, ({ code, members }) => {
    if (known.classes.has(code)) return `class ${code} is of another part`;
    const unknown = members.filter((each) => !known.ingredients.has(each));
    return unknown.length === 0 ? null : `class ${code}: there is no ingredient ${unknown.join(', ')}`;
  });
  const ownClasses = new Set(classes.map(({ code }) => code));
  const missing = (subject: string): string | null => {
    if (subject === 'same' || subject.endsWith(':*') || known.allergens.has(subject)) return null;
    const code = subject.slice(subject.indexOf(':') + 1);
    const there = subject.startsWith('class:')
      ? known.classes.has(code) || ownClasses.has(code)
      : known.ingredients.has(code);
    return there ? null : `there is no ${subject}`;
  };
  const conditions = (codes: readonly string[] = []) => {
    const unknown = codes.filter((code) => !known.conditions.has(code));
    return unknown.length === 0 ? null : `there is no condition ${unknown.join(', ')}`;
  };
  const ids = new Set(known.ruleIds);
  const rules = <Rule extends { id: string }>(
    kind: EntryKind,
    placed: readonly Placed<Rule>[],
    problemOf: (rule: Rule) => string | null,
  ) =>
    keep(kind, placed, leave, (rule) => {
      const problem = ids.has(rule.id) ? 'there is a rule of this id' : problemOf(rule);
      if (!problem) ids.add(rule.id);
      return problem && `${rule.id}: ${problem}`;
    });
  const doses: DoseRule[] = [...known.doses];
  return {
    classes,
    interactions: rules('interactions', entries.interactions, ({ a, b, when }) => {
      const dose = when?.dailyDoseAbove;
      return (
        missing(a) ??
        missing(b) ??
        conditions(when?.conditions) ??
        (dose && (missing(`ingredient:${dose.ingredient}`) ?? unit(dose.unit))) ??
        null
      );
    }),
    allergies: rules(
      'allergies',
      entries.allergies,
      ({ allergyTo, appliesTo }) => missing(allergyTo) ?? missing(appliesTo),
    ),
    contraindications: rules(
      'contraindications',
      entries.contraindications,
      ({ subject, criterion }) =>
        missing(subject) ?? conditions('conditions' in criterion ? criterion.conditions : []),
    ),
    duplicates: rules('duplicates', entries.duplicates, ({ subject }) => missing(subject)),
    doses: rules('doses', entries.doses, (rule) => {
      const clash = doses.find((other) => overlap(other, rule));
      const problem =
        missing(`ingredient:${rule.ingredient}`) ??
        unit(rule.maxPerDay.unit) ??
        (rule.routes.find((route) => !known.routes.has(route)) !== undefined
          ? `there is no route ${rule.routes.filter((route) => !known.routes.has(route)).join(', ')}`
          : null) ??
        conditions(rule.adjustments.flatMap(({ when }) => ('conditions' in when ? when.conditions : []))) ??
        rule.adjustments
          .flatMap(({ when }) => ('with' in when ? when.with : []))
          .map((code) => missing(`ingredient:${code}`))
          .find((each) => each !== null) ??
        (clash ? `${clash.id} is for the same patients, ingredient and routes` : null);
      if (!problem) doses.push(rule);
      return problem;
    }),
    lookAlikes: keep('lookAlikes', entries.lookAlikes, leave, ({ a, b }) =>
      a === b
        ? `${a} looks like itself`
        : known.lookAlikes.has([a, b].toSorted().join(' '))
          ? `${a} and ${b} are a pair already`
          : (missing(`ingredient:${a}`) ?? missing(`ingredient:${b}`)),
    ),
  };
}

const unit = (name: string): string | null => (unitOf(name) ? null : `${name} is no unit`);

function keep<Entry>(
  kind: EntryKind,
  placed: readonly Placed<Entry>[],
  leave: Leave,
  problemOf: (entry: Entry) => string | null,
): Entry[] {
  return placed.flatMap(({ entry, line }) => {
    const problem = problemOf(entry);
    if (problem) leave(kind, line, problem);
    return problem ? [] : [entry];
  });
}
