import { fold } from '../text/fold.ts';
import type {
  ControlledSchedule,
  IngredientClassResolvers,
  IngredientResolvers,
  QueryResolvers,
  SynonymKind,
} from '../generated/graphql.ts';

export const ingredientResolver: QueryResolvers['ingredient'] = async (_, { code }, { reader }) =>
  reader.ingredient((await reader.release()).id, code);

export const ingredientFields: IngredientResolvers = {
  schedule: ({ schedule }) => schedule as ControlledSchedule | null,
  synonyms: ({ synonyms }) =>
    synonyms.map(({ name, kind, language }) => ({
      name,
      kind: kind.toUpperCase() as SynonymKind,
      language: language || null,
    })),
  classes: ({ classes }) => classes.map(({ classCode }) => ({ code: classCode })),
  lookAlikes: async ({ code }, _, { reader }) => [...((await reader.release()).lookAlikes.get(code) ?? [])],
};

export const ingredientClassesResolver: QueryResolvers['ingredientClasses'] = async (_, __, { reader }) => {
  const { classNames } = await reader.release();
  return [...classNames].toSorted(byName).map(([code]) => ({ code }));
};

export const ingredientClassFields: IngredientClassResolvers = {
  name: async ({ code }, _, { reader }) => (await reader.release()).classNames.get(code) ?? code,
  members: async ({ code }, _, { reader }) => {
    const { ingredients } = await reader.release();
    return [...ingredients].filter(([, { classes }]) => classes.has(code)).map(([member]) => member);
  },
};

export const conditionsResolver: QueryResolvers['conditions'] = async (_, { search }, { reader }) => {
  const { conditionNames } = await reader.release();
  const part = fold(search ?? '');
  return [...conditionNames]
    .filter(([, name]) => fold(name).includes(part))
    .toSorted(byName)
    .map(([code, name]) => ({ code, name }));
};

const byName = ([, a]: readonly [string, string], [, b]: readonly [string, string]): number =>
  a < b ? -1 : 1;
