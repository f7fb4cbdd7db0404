import { newId } from '@carethread/contracts/ids.ts';
import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type {
  ProductInput,
  StageLookAlikeInput,
  StageLookAlikeRemovalInput,
  StageProductInput,
  StageProductRemovalInput,
  StageRuleInput,
  StageRuleOffInput,
  StageRuleSeverityInput,
  StageSynonymInput,
  StageSynonymRemovalInput,
  StageUndoInput,
} from '../generated/graphql.ts';
import type { Context } from '../graphql/context.ts';
import type { ChangeFields } from './stage-change.ts';

/** By mutation: what GraphQL sends as the fields of a change. */
export const stageInputs = {
  stageProduct: ({ productId, product }: StageProductInput): ChangeFields => ({
    kind: 'product',
    productId: productId ?? newId<'Product'>(),
    product: productOf(product),
  }),
  stageProductRemoval: ({ productId }: StageProductRemovalInput): ChangeFields => ({
    kind: 'product_removal',
    productId,
  }),
  stageSynonym: ({ ingredient, name, language, kind }: StageSynonymInput): ChangeFields => ({
    kind: 'synonym',
    ingredient,
    name,
    language: language ?? '',
    nameKind: (kind ?? 'NAME').toLowerCase(),
  }),
  stageSynonymRemoval: ({ ingredient, name }: StageSynonymRemovalInput): ChangeFields => ({
    kind: 'synonym_removal',
    ingredient,
    name,
  }),
  stageLookAlike: ({ a, b }: StageLookAlikeInput): ChangeFields => ({ kind: 'look_alike', a, b }),
  stageLookAlikeRemoval: ({ a, b }: StageLookAlikeRemovalInput): ChangeFields => ({
    kind: 'look_alike_removal',
    a,
    b,
  }),
  stageRule: ({ kind, rule }: StageRuleInput): ChangeFields => ({
    kind: 'rule',
    ruleKind: kind.toLowerCase(),
    rule,
  }),
  stageRuleSeverity: ({ ruleId, severity }: StageRuleSeverityInput): ChangeFields => ({
    kind: 'rule_severity',
    ruleId,
    severity: severity.toLowerCase(),
  }),
  stageRuleOff: ({ ruleId }: StageRuleOffInput): ChangeFields => ({ kind: 'rule_off', ruleId }),
  stageUndo: ({ key }: StageUndoInput, context: Context): ChangeFields | Refusal => {
    const needed = key.startsWith('rule:') ? 'ManageClinicalRules' : 'ManageDrugCatalog';
    return signedIn(context).permissions.includes(needed)
      ? { kind: 'undo', key }
      : refuse('NOT_ALLOWED', `This needs the right ${needed}.`, { path: ['input', 'key'] });
  },
};

const productOf = ({ supply, ...product }: ProductInput) => ({
  ...product,
  brandName: product.brandName ?? null,
  schedule: product.schedule ?? null,
  category: product.category ?? null,
  ingredients: product.ingredients.map(({ code, strength }) => ({ code, strength: strength ?? null })),
  supply: supply === 'OVER_THE_COUNTER' ? 'otc' : 'rx',
});
