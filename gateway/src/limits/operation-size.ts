import {
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationRule,
} from 'graphql';
import { type Limits, overLimit } from './limits.ts';

const parts = ['depth', 'aliases', 'directives', 'repeats'] as const;
type Size = Record<(typeof parts)[number], number>;
const nothing: Size = { depth: 0, aliases: 0, directives: 0, repeats: 0 };

/**
 * Refuses an operation that is too deep, has too many aliases or directives, or says the same too often, fragments counted
 * as often as they are used. Every alias counts, also one of `__typename`. Introspection is left to graphql's own depth rule.
 */
export const operationSizeRule =
  (limits: Limits): ValidationRule =>
  (context) => {
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
        for (const part of parts)
          if (size[part] > limits[part]) context.reportError(overLimit(part, limits[part], size[part]));
      },
    };
  };

function sizeOf(set: SelectionSetNode, fragmentSize: (name: string) => Size): Size {
  const sizes = set.selections.map((selection) => selectionSize(selection, fragmentSize));
  return {
    depth: Math.max(0, ...sizes.map(({ depth }) => depth)),
    aliases: sum(sizes.map(({ aliases }) => aliases)),
    directives: sum(sizes.map(({ directives }) => directives)),
    repeats: Math.max(mostRepeated(set), ...sizes.map(({ repeats }) => repeats)),
  };
}

/** How often the most frequent field or fragment of a selection stands in it. */
function mostRepeated(set: SelectionSetNode): number {
  const counts = new Map<string, number>();
  for (const selection of set.selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) continue;
    const name = selection.kind === Kind.FIELD ? (selection.alias ?? selection.name) : selection.name;
    const key = `${selection.kind} ${name.value}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
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
        repeats: inner.repeats,
      };
    }
    default:
      return node satisfies never;
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
