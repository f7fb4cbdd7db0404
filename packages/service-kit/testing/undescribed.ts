import { type ASTNode, Kind, parse, print, visit } from 'graphql';

/**
 * Everything in a subgraph's schema that has no description: types, fields, arguments, input fields and enum values, such
 * as `Ticket.timeline(first)`. References to entities of other services (`resolvable: false`) are described there, and the
 * one `input` of a mutation by its type.
 */
export function undescribed(sdl: string): string[] {
  const silent: string[] = [];
  const path: string[] = [];
  const enter = (node: ASTNode): false | undefined => {
    if (!('name' in node) || !node.name || !named.has(node.kind)) return undefined;
    const name = node.name.value;
    if (isReference(node)) return false;
    path.push(path.length === 2 ? `(${name})` : path.length === 1 ? `.${name}` : name);
    const byItsType = node.kind === Kind.INPUT_VALUE_DEFINITION && name === 'input';
    const described = byItsType || ('description' in node && node.description?.value.trim());
    if (!described && !roots.has(name)) silent.push(path.join(''));
    return undefined;
  };
  const leave = (node: ASTNode): void => {
    if (named.has(node.kind) && !isReference(node)) path.pop();
  };
  visit(parse(sdl), { enter, leave });
  return silent;
}

const named: ReadonlySet<string> = new Set([
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.INPUT_OBJECT_TYPE_DEFINITION,
  Kind.ENUM_TYPE_DEFINITION,
  Kind.UNION_TYPE_DEFINITION,
  Kind.SCALAR_TYPE_DEFINITION,
  Kind.DIRECTIVE_DEFINITION,
  Kind.FIELD_DEFINITION,
  Kind.INPUT_VALUE_DEFINITION,
  Kind.ENUM_VALUE_DEFINITION,
]);
/** What they are is GraphQL's own. */
const roots: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

const isReference = (node: ASTNode): boolean =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION &&
  (node.directives ?? []).some((directive) => /^@key\(.*resolvable: false/.test(print(directive)));
