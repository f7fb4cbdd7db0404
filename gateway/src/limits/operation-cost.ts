import {
  type FieldNode,
  getArgumentValues,
  getNamedType,
  getVariableValues,
  GraphQLError,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type DocumentNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { type Limits, overLimit } from './limits.ts';

/** How many items a list without a page size is taken to have. */
const unpagedItems = 10;

/**
 * Estimates how many objects an operation may return, with the variables it came with, and checks every page size.
 * Answers the number, or the error to refuse it with. Variables that do not fit their types are left to the executor.
 */
export function operationCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
  limits: Limits,
): number | GraphQLError {
  const root = schema.getRootType(operation.operation);
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (!root || !coerced) return 0;
  try {
    const estimate = new Estimate(schema, document, coerced, limits.page);
    const objects = estimate.objectsIn(operation.selectionSet, root, null);
    return objects > limits.objects ? overLimit('objects', limits.objects, objects) : objects;
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

class Estimate {
  readonly #schema: GraphQLSchema;
  readonly #variables: Record<string, unknown>;
  readonly #largestPage: number;
  readonly #fragments: ReadonlyMap<string, { set: SelectionSetNode; on: string }>;
  /** A fragment is estimated once per page size around it: without this, nested spreads double the work at each level. */
  readonly #known = new Map<string, number>();

  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: Record<string, unknown>,
    largestPage: number,
  ) {
    this.#schema = schema;
    this.#variables = variables;
    this.#largestPage = largestPage;
    this.#fragments = new Map(
      document.definitions
        .filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
        .map((node) => [node.name.value, { set: node.selectionSet, on: node.typeCondition.name.value }]),
    );
  }

  /** `page` is the size that was asked of the connection these selections belong to: its list has that many items. */
  objectsIn(set: SelectionSetNode, parent: GraphQLOutputType, page: number | null): number {
    let total = 0;
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) total += this.#objectsOf(node, parent, page);
      else if (node.kind === Kind.FRAGMENT_SPREAD) total += this.#objectsOfFragment(node.name.value, page);
      else
        total += this.objectsIn(
          node.selectionSet,
          this.#typeNamed(node.typeCondition?.name.value) ?? parent,
          page,
        );
    }
    return total;
  }

  #objectsOf(node: FieldNode, parent: GraphQLOutputType, page: number | null): number {
    const field =
      isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    if (!field || !node.selectionSet) return 0;
    const ownPage = this.#pageSize(field, node);
    const one = 1 + this.objectsIn(node.selectionSet, getNamedType(field.type), ownPage);
    return isList(field.type) ? one * (ownPage ?? page ?? unpagedItems) : one;
  }

  #objectsOfFragment(name: string, page: number | null): number {
    const key = `${name} ${page}`;
    const known = this.#known.get(key);
    const fragment = this.#fragments.get(name);
    const type = this.#typeNamed(fragment?.on);
    if (known !== undefined || !fragment || !type) return known ?? 0;
    const objects = this.objectsIn(fragment.set, type, page);
    this.#known.set(key, objects);
    return objects;
  }

  #pageSize(field: GraphQLField<unknown, unknown>, node: FieldNode): number | null {
    if (!field.args.some(isPageArgument)) return null;
    const values = getArgumentValues(field, node, this.#variables);
    const sizes = [values['first'], values['last']].filter(
      (size): size is number => typeof size === 'number',
    );
    for (const size of sizes) {
      if (size < 0) throw badPage(node.name.value, size);
      if (size > this.#largestPage) throw overLimit('page', this.#largestPage, size);
    }
    return sizes.length > 0 ? Math.max(...sizes) : null;
  }

  #typeNamed(name: string | undefined): GraphQLOutputType | undefined {
    const type = name === undefined ? undefined : this.#schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }
}

const badPage = (field: string, size: number) =>
  new GraphQLError(`A page has no fewer than 0 items: ${field} asks for ${size}.`, {
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });

const isPageArgument = ({ name }: { name: string }) => name === 'first' || name === 'last';

const isList = (type: GraphQLOutputType): boolean => isListType(isNonNullType(type) ? type.ofType : type);
