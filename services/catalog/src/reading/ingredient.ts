import type { Prisma } from '../generated/prisma/client.ts';

export const ingredientParts = {
  synonyms: { orderBy: { name: 'asc' } },
  codes: { orderBy: { value: 'asc' } },
  classes: { orderBy: { classCode: 'asc' } },
} satisfies Prisma.IngredientInclude;

export type Ingredient = Prisma.IngredientGetPayload<{ include: typeof ingredientParts }>;

/** A class, by its code in the release in force. */
export interface ClassRef {
  code: string;
}
