import { badInput } from '@carethread/service-kit/bad-input.ts';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getOperationAST,
  type InlineFragmentNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { twinOf } from '../compose/query-twins.ts';
import type { EventCheck, Feed } from './feed.ts';
import { prepared, type PreparedQuery } from './internal-query.ts';

/** Response name of the field that proves that the subscriber may read the entity. Removed before delivery. */
export const checkName = '_live_check';

/** How events of one subscription document are read. */
export interface Plan {
  readonly feed: Feed;
  readonly operation: OperationDefinitionNode;
  /** The subscription's root field, for its arguments. */
  readonly root: FieldNode;
  /** Name of the root field in the answer. */
  readonly responseName: string;
  /** What the client selected, as a query of the twin. */
  readonly query: PreparedQuery;
  /** Variables the query still uses; those of the arguments are gone with them. */
  readonly variables: ReadonlySet<string>;
  /** Fields of the event as the client named them: response name to fields. */
  readonly selected: ReadonlyMap<string, ReadonlySet<string>>;
}

const plans = new WeakMap<OperationDefinitionNode, Plan>();

/**
 * Turns a validated subscription into the query that is run for each of its events. Made once per document, so that
 * all its events share one query plan. Throws a GraphQLError for a form we do not take.
 */
export function planFor(
  document: DocumentNode,
  operationName: string | null,
  feeds: ReadonlyMap<string, Feed>,
): Plan {
  const operation = getOperationAST(document, operationName);
  if (!operation) throw badInput('Name one operation of the document.');
  const known = plans.get(operation);
  if (known) return known;
  const [root, ...others] = operation.selectionSet.selections;
  if (root?.kind !== Kind.FIELD || others.length > 0 || !root.selectionSet)
    throw badInput('Select exactly one subscription field, and not through a fragment.');
  const feed = feeds.get(root.name.value);
  if (!feed) throw badInput(`There are no live updates for ${root.name.value}.`);

  const fragments = fragmentsOf(document);
  const used = reachable(root.selectionSet, fragments);
  const selected = namesIn(root.selectionSet, used);
  for (const { field } of feed.checks)
    if ([...(selected.get(field) ?? [])].some((name) => name !== field))
      throw badInput(`In ${root.name.value}, call nothing but the field ${field} by this name.`);
  const responseName = root.alias?.value ?? root.name.value;
  const twin: FieldNode = {
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: responseName },
    name: { kind: Kind.NAME, value: twinOf(root.name.value) },
    selectionSet: {
      ...root.selectionSet,
      selections: [...root.selectionSet.selections, ...feed.checks.map(checkSelection)],
    },
  };
  const variables = variablesIn([twin, ...used.values()]);
  const query: OperationDefinitionNode = {
    ...operation,
    operation: OperationTypeNode.QUERY,
    directives: [],
    variableDefinitions:
      operation.variableDefinitions?.filter((it) => variables.has(it.variable.name.value)) ?? [],
    selectionSet: { kind: Kind.SELECTION_SET, selections: [twin] },
  };
  const plan: Plan = {
    feed,
    operation,
    root,
    responseName,
    query: prepared({ kind: Kind.DOCUMENT, definitions: [query, ...used.values()] }),
    variables,
    selected,
  };
  plans.set(operation, plan);
  return plan;
}

/**
 * `... on TicketChanged { entry { _live_check: number } }`. It bears the field's own name, so it merges with what the
 * client selected there and costs no further request.
 */
const checkSelection = ({ type, field, probe }: EventCheck): InlineFragmentNode => ({
  kind: Kind.INLINE_FRAGMENT,
  typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
  selectionSet: selecting({
    kind: Kind.FIELD,
    name: { kind: Kind.NAME, value: field },
    selectionSet: selecting({
      kind: Kind.FIELD,
      alias: { kind: Kind.NAME, value: checkName },
      name: { kind: Kind.NAME, value: probe },
    }),
  }),
});

const selecting = (field: FieldNode): SelectionSetNode => ({ kind: Kind.SELECTION_SET, selections: [field] });

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

const fragmentsOf = (document: DocumentNode): Fragments =>
  new Map(
    document.definitions
      .filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );

function reachable(from: SelectionSetNode, all: Fragments): Fragments {
  const found = new Map<string, FragmentDefinitionNode>();
  const follow = (node: SelectionSetNode) => {
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = all.get(name.value);
        if (!fragment || found.has(name.value)) return;
        found.set(name.value, fragment);
        follow(fragment.selectionSet);
      },
    });
  };
  follow(from);
  return found;
}

function variablesIn(nodes: readonly (FieldNode | FragmentDefinitionNode)[]): Set<string> {
  const names = new Set<string>();
  for (const node of nodes) visit(node, { Variable: ({ name }) => void names.add(name.value) });
  return names;
}

/** The event's own fields, through all fragments, without what is selected below them. */
function namesIn(set: SelectionSetNode, fragments: Fragments): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  const collect = ({ selections }: SelectionSetNode) => {
    for (const node of selections) {
      if (node.kind === Kind.FIELD) {
        const name = node.alias?.value ?? node.name.value;
        names.set(name, (names.get(name) ?? new Set()).add(node.name.value));
      } else if (node.kind === Kind.INLINE_FRAGMENT) collect(node.selectionSet);
      else {
        const fragment = fragments.get(node.name.value);
        if (fragment) collect(fragment.selectionSet);
      }
    }
  };
  collect(set);
  return names;
}
