import { parseStrength } from '../amount/strength.ts';
import { checkRule } from './check-rule.ts';
import { codeKey, type CatalogFacts } from './facts.ts';
import { storedCodes } from './local-code.ts';
import { keyOf, type LocalChange, type ProductBody } from './local-change.ts';
import { type Problem, problem } from './problem.ts';

/** Everything that keeps a change from being applied to a release; none when it fits. */
export function checkChange(change: LocalChange, facts: CatalogFacts): Problem[] {
  const { ingredients, lookAlikes, rules, products } = facts;
  const mustKnow = (code: string, ...path: string[]) =>
    ingredients.has(code) ? [] : [problem(`There is no ingredient ${code}.`, ...path)];
  switch (change.kind) {
    case 'product':
      return checkProduct(change.productId, change.product, facts);
    case 'product_removal':
      return products.has(change.productId) ? [] : [problem('There is no such product.', 'productId')];
    case 'synonym':
      return [
        ...mustKnow(change.ingredient, 'ingredient'),
        ...(change.nameKind === 'name' || change.language === ''
          ? []
          : [problem('Brands and international names belong to no language.', 'language')]),
      ];
    case 'synonym_removal':
      if (ingredients.get(change.ingredient)?.synonyms.some(({ name }) => name === change.name)) return [];
      return [...mustKnow(change.ingredient, 'ingredient'), problem('It has no such name.', 'name')].slice(
        0,
        1,
      );
    case 'look_alike':
      if (change.a === change.b) return [problem('must be another ingredient.', 'b')];
      return [...mustKnow(change.a, 'a'), ...mustKnow(change.b, 'b')];
    case 'look_alike_removal':
      return lookAlikes.has(keyOf(change).slice('look-alike:'.length))
        ? []
        : [problem('They are no look-alikes.', 'b')];
    case 'rule':
      return checkRule(change, facts);
    case 'rule_severity': {
      const known = rules.get(change.ruleId);
      if (!known) return [problem('There is no such rule.', 'ruleId')];
      return known.kind === 'dose' ? [problem('A dose rule has no severity.', 'ruleId')] : [];
    }
    case 'rule_off':
      return rules.has(change.ruleId) ? [] : [problem('There is no such rule.', 'ruleId')];
    case 'undo':
      return facts.changed.has(change.key) ? [] : [problem('Nothing was changed here.', 'key')];
    default:
      return change satisfies never;
  }
}

function checkProduct(id: string, product: ProductBody, facts: CatalogFacts): Problem[] {
  const seen = new Set<string>();
  return [
    ...(facts.forms.has(product.form)
      ? []
      : [problem(`There is no form ${product.form}.`, 'product', 'form')]),
    ...product.routes.flatMap((route, i) =>
      facts.routes.has(route) ? [] : [problem(`There is no route ${route}.`, 'product', 'routes', i)],
    ),
    ...(product.category === null || facts.categories.has(product.category)
      ? []
      : [problem(`There is no category ${product.category}.`, 'product', 'category')]),
    ...product.ingredients.flatMap(({ code, strength }, i) => [
      ...(facts.ingredients.has(code)
        ? []
        : [problem(`There is no ingredient ${code}.`, 'product', 'ingredients', i, 'code')]),
      ...(seen.size === seen.add(code).size
        ? [problem(`${code} is named twice.`, 'product', 'ingredients', i, 'code')]
        : []),
      ...(strength === null || parseStrength(strength)
        ? []
        : [problem(`cannot read the strength ${strength}`, 'product', 'ingredients', i, 'strength')]),
    ]),
    ...product.codes.flatMap((each, i) => {
      const path = ['product', 'codes', i, 'value'];
      const stored = storedCodes(each);
      if (stored.length === 0) return [problem(`${each.value} is no ${each.system}.`, ...path)];
      const taken =
        each.system !== 'ATC' && stored.some((code) => (facts.codes.get(codeKey(code)) ?? id) !== id);
      return taken ? [problem('Another product has this code.', ...path)] : [];
    }),
  ];
}
