import { getDirectiveValues, type GraphQLSchema, isObjectType } from 'graphql';

/**
 * Entities that can be asked for by their key and whose resolvers do not say how one is found: without `__resolveReference`
 * a reference counts as the thing itself, so its fields would be given to whoever can write its id down.
 */
export function entitiesWithoutReference(schema: GraphQLSchema, resolvers: object): string[] {
  const key = schema.getDirective('key') ?? schema.getDirective('federation__key');
  const finders = resolvers as Record<string, { __resolveReference?: unknown } | undefined>;
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .filter(({ astNode, extensionASTNodes }) =>
      [astNode, ...extensionASTNodes].some((node) => {
        const values = key && node ? getDirectiveValues(key, node) : undefined;
        return values !== undefined && values['resolvable'] !== false;
      }),
    )
    .map(({ name }) => name)
    .filter((name) => typeof finders[name]?.__resolveReference !== 'function');
}
