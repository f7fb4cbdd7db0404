import { ingredientEdgeFields, ingredientsResolver } from '../find-ingredients/ingredients.resolver.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { candidateFields, candidatesResolver } from '../list-candidates/candidates.resolver.ts';
import {
  conditionsResolver,
  ingredientClassesResolver,
  ingredientClassFields,
  ingredientFields,
  ingredientResolver,
} from '../reading/ingredient.resolver.ts';
import {
  catalogDifferenceFields,
  differenceConnectionFields,
  differenceCountFields,
  catalogReleaseDifferenceResolver,
} from '../list-releases/difference.resolver.ts';
import {
  catalogReleasesResolver,
  releasePartFields,
  releaseRecordFields,
} from '../list-releases/releases.resolver.ts';
import { codeReadingFields, readCodeResolver } from '../read-code/read-code.resolver.ts';
import { packageFields, priceFields } from '../reading/package.resolver.ts';
import {
  catalogReleaseResolver,
  genericGroupFields,
  productFields,
  productIngredientFields,
  productResolver,
} from '../reading/product.resolver.ts';
import { replayResolver } from '../replay-verdicts/replay.resolver.ts';
import { prescriptionFields, screenResolver } from '../screen-draft/screen.resolver.ts';
import { findingFields, verdictFields } from './shown-verdict.ts';
import {
  administrationMutations,
  administrationQueries,
  changeFields,
  publicationFields,
} from './administration.ts';
import { withdrawalFields, withdrawalMutations, withdrawalQueries } from './withdrawals.ts';
import {
  productConnectionFields,
  productEdgeFields,
  productsResolver,
} from '../search-products/products.resolver.ts';

export const resolvers = {
  Query: {
    catalogRelease: catalogReleaseResolver,
    products: productsResolver,
    product: productResolver,
    ingredient: ingredientResolver,
    ingredients: ingredientsResolver,
    ingredientClasses: ingredientClassesResolver,
    conditions: conditionsResolver,
    readCode: readCodeResolver,
    catalogReleases: catalogReleasesResolver,
    catalogReleaseDifference: catalogReleaseDifferenceResolver,
    screen: screenResolver,
    ...administrationQueries,
    ...withdrawalQueries,
  },
  Mutation: { ...administrationMutations, ...withdrawalMutations },
  CatalogChange: changeFields,
  CatalogPublication: publicationFields,
  ProductWithdrawal: withdrawalFields,
  Prescription: {
    // It is known by what the gateway brings along of it, which prescriptions gives to those who may see it.
    __resolveReference: (reference) => reference,
    ...prescriptionFields,
    candidates: candidatesResolver,
    replay: replayResolver,
  },
  Candidate: candidateFields,
  Product: productFields,
  Package: packageFields,
  Price: priceFields,
  GenericGroup: genericGroupFields,
  CodeReading: codeReadingFields,
  CatalogReleaseRecord: releaseRecordFields,
  CatalogReleasePart: releasePartFields,
  CatalogDifferenceConnection: differenceConnectionFields,
  CatalogDifferenceCount: differenceCountFields,
  CatalogDifference: catalogDifferenceFields,
  ProductIngredient: productIngredientFields,
  ProductConnection: productConnectionFields,
  ProductEdge: productEdgeFields,
  Ingredient: ingredientFields,
  IngredientEdge: ingredientEdgeFields,
  IngredientClass: ingredientClassFields,
  Verdict: verdictFields,
  Finding: findingFields,
} satisfies Resolvers;
