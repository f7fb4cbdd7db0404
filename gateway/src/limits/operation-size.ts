import {
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationRule,
} from 'graphql';

/** Tokens of one document; counted by the parser, so that a longer text is not even parsed to its end. */
export const maxTokens = 1_000;
const maximum = { depth: 12, aliases: 15, directives: 5 };

interface Size {
  depth: number;
  aliases: number;
  directives: number;
}
const nothing: Size = { depth: 0, aliases: 0, directives: 0 };

/**
 * Refuses an operation that is too deep, or has too many aliases or directives, fragments counted as often as they are
 * used. Every alias counts, also one of `__typename`. Introspection is left to graphql's own depth rule.
 */
export const operationSizeRule: ValidationRule = (context) => {
  const fragments = new Map<string, Size>();
  const fragmentSize = (name: string): Size => {
    const known = fragments.get(name);
    if (known) return known;
    // A fragment that reaches itself counts nothing the second time; graphql's own rule refuses it.
    fragments.set(name, nothing);
    const fragment: FragmentDefinitionNode | null | undefined = context.getFragment(name);
    const size = fragment ? sizeOf(fragment.selectionSet, fragmentSize) : nothing;
    fragments.set(name, size);
    return size;
  };
  return {
    OperationDefinition(operation) {
      const size = sizeOf(operation.selectionSet, fragmentSize);
      size.directives += operation.directives?.length ?? 0;
      for (const what of ['depth', 'aliases', 'directives'] as const)
        if (size[what] > maximum[what]) context.reportError(tooMuch(what));
    },
  };
};

const tooMuch = (what: keyof Size) =>
  new GraphQLError(`The operation exceeds the limit of ${maximum[what]} for ${what}.`);

function sizeOf(set: SelectionSetNode, fragmentSize: (name: string) => Size): Size {
  const sizes = set.selections.map((selection) => selectionSize(selection, fragmentSize));
  return {
    depth: Math.max(0, ...sizes.map(({ depth }) => depth)),
    aliases: sum(sizes.map(({ aliases }) => aliases)),
    directives: sum(sizes.map(({ directives }) => directives)),
  };
}

function selectionSize(node: SelectionNode, fragmentSize: (name: string) => Size): Size {
  const directives = node.directives?.length ?? 0;
  switch (node.kind) {
    case Kind.FRAGMENT_SPREAD: {
      const inner = fragmentSize(node.name.value);
      return { ...inner, directives: inner.directives + directives };
    }
    case Kind.INLINE_FRAGMENT: {
      const inner = sizeOf(node.selectionSet, fragmentSize);
      return { ...inner, directives: inner.directives + directives };
    }
    case Kind.FIELD: {
      const isIntrospection = node.name.value.startsWith('__');
      const inner = node.selectionSet && !isIntrospection ? sizeOf(node.selectionSet, fragmentSize) : nothing;
      return {
        depth: inner.depth + 1,
        aliases: inner.aliases + (node.alias ? 1 : 0),
        directives: inner.directives + directives,
      };
    }
    default:
      return node satisfies never;
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
