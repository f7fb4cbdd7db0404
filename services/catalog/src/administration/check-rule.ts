import { unitOf } from '../amount/unit.ts';
import type { DoseRule } from '../rules/rule.ts';
import type { CatalogFacts } from './facts.ts';
import type { RuleChange } from './local-change.ts';
import { type Problem, problem } from './problem.ts';

/** A rule must speak of what the release knows, and only one dose rule may be about one patient. */
export function checkRule({ ruleKind, rule }: RuleChange, facts: CatalogFacts): Problem[] {
  const known = facts.rules.get(rule.id);
  if (known && known.kind !== ruleKind)
    return [problem(`${rule.id} is a rule of another kind.`, 'rule', 'id')];
  const subject = (text: string, field: string) =>
    isKnownSubject(text, facts) ? [] : [problem(`There is no ${text}.`, 'rule', field)];
  const conditions = (codes: readonly string[] | undefined, ...path: (string | number)[]) =>
    (codes ?? []).flatMap((code, i) =>
      facts.conditions.has(code) ? [] : [problem(`There is no condition ${code}.`, 'rule', ...path, i)],
    );
  switch (ruleKind) {
    case 'interaction':
      return [
        ...subject(rule.a, 'a'),
        ...subject(rule.b, 'b'),
        ...(rule.when?.dailyDoseAbove
          ? [
              ...ingredient(
                rule.when.dailyDoseAbove.ingredient,
                facts,
                'when',
                'dailyDoseAbove',
                'ingredient',
              ),
              ...unit(rule.when.dailyDoseAbove.unit, 'when', 'dailyDoseAbove', 'unit'),
            ]
          : []),
        ...conditions(rule.when?.conditions, 'when', 'conditions'),
      ];
    case 'allergy':
      return [
        ...(rule.allergyTo.startsWith('food:') || rule.allergyTo.endsWith(':*')
          ? facts.otherAllergens.has(rule.allergyTo) || rule.allergyTo.endsWith(':*')
            ? []
            : [problem(`There is no ${rule.allergyTo}.`, 'rule', 'allergyTo')]
          : subject(rule.allergyTo, 'allergyTo')),
        ...(rule.appliesTo === 'same' ? [] : subject(rule.appliesTo, 'appliesTo')),
      ];
    case 'contraindication':
      return [
        ...subject(rule.subject, 'subject'),
        ...('conditions' in rule.criterion
          ? conditions(rule.criterion.conditions, 'criterion', 'conditions')
          : []),
      ];
    case 'duplicate':
      return rule.subject === 'ingredient:*' ? [] : subject(rule.subject, 'subject');
    case 'dose':
      return checkDose(rule, facts);
  }
}

function checkDose(rule: DoseRule, facts: CatalogFacts): Problem[] {
  const others = [...facts.rules.values()].flatMap(({ kind, rule: other }) =>
    kind === 'dose' && other['id'] !== rule.id ? [other as unknown as DoseRule] : [],
  );
  const clash = others.find((other) => sharePatients(rule, other));
  return [
    ...ingredient(rule.ingredient, facts, 'ingredient'),
    ...unit(rule.maxPerDay.unit, 'maxPerDay', 'unit'),
    ...rule.routes.flatMap((route, i) =>
      facts.routes.has(route) ? [] : [problem(`There is no route ${route}.`, 'rule', 'routes', i)],
    ),
    ...rule.adjustments.flatMap(({ when }, i) =>
      'conditions' in when
        ? when.conditions.flatMap((code, k) =>
            facts.conditions.has(code)
              ? []
              : [
                  problem(
                    `There is no condition ${code}.`,
                    'rule',
                    'adjustments',
                    i,
                    'when',
                    'conditions',
                    k,
                  ),
                ],
          )
        : 'with' in when
          ? when.with.flatMap((code) => ingredient(code, facts, 'adjustments', i, 'when', 'with'))
          : [],
    ),
    ...(clash
      ? [
          problem(
            `${clash.id} is for some of the same patients; change that rule instead.`,
            'rule',
            'population',
          ),
        ]
      : []),
  ];
}

const ingredient = (code: string, facts: CatalogFacts, ...path: (string | number)[]): Problem[] =>
  facts.ingredients.has(code) ? [] : [problem(`There is no ingredient ${code}.`, 'rule', ...path)];
const unit = (name: string, ...path: string[]): Problem[] =>
  unitOf(name) ? [] : [problem(`There is no unit ${name}.`, 'rule', ...path)];

function isKnownSubject(subject: string, { ingredients, classes }: CatalogFacts): boolean {
  const [kind, code = ''] = subject.split(':');
  return kind === 'class' ? classes.has(code) : ingredients.has(code);
}

interface Range {
  readonly from?: number | undefined;
  readonly below?: number | undefined;
}
const meet = (a: Range = {}, b: Range = {}): boolean =>
  Math.max(a.from ?? 0, b.from ?? 0) < Math.min(a.below ?? Infinity, b.below ?? Infinity);

/** Whether there is a patient and a route that both rules are about. */
function sharePatients(a: DoseRule, b: DoseRule): boolean {
  if (a.ingredient !== b.ingredient) return false;
  const routesMeet =
    a.routes.length === 0 || b.routes.length === 0 || a.routes.some((route) => b.routes.includes(route));
  return (
    routesMeet &&
    meet(a.population.ageMonths, b.population.ageMonths) &&
    meet(a.population.weightGrams, b.population.weightGrams)
  );
}
