import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  type IntrospectionQuery,
} from 'graphql';
import type { Client } from '../client.ts';

/** Where a text or an id goes in, such as `['input', 'lines', 0, 'text']`. */
export type Place = readonly (string | number)[];

/** A root field with everything it takes, as an attacker makes it from the schema. */
export interface Entrance {
  readonly kind: 'query' | 'mutation';
  readonly field: string;
  /** Takes each argument as a variable of its name. */
  readonly operation: string;
  /** Makes sense to the schema, and to nobody else: ids are of nothing. */
  variables(): Record<string, unknown>;
  readonly texts: readonly Place[];
  readonly ids: readonly Place[];
}

export async function readSchema(client: Client): Promise<GraphQLSchema> {
  return buildClientSchema((await client.do(getIntrospectionQuery())) as unknown as IntrospectionQuery);
}

/** Every root field of queries and mutations. */
export function entrances(schema: GraphQLSchema): Entrance[] {
  return (['query', 'mutation'] as const).flatMap((kind) => {
    const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
    return Object.values(root?.getFields() ?? {}).map((field): Entrance => {
      const declared = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
      const given = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
      const args = Object.fromEntries(field.args.map(({ name, type }) => [name, type]));
      const found = Object.entries(args).flatMap(([name, type]) => placesIn(type, [name], 0));
      const of = (wanted: string) => found.filter(({ leaf }) => leaf === wanted).map(({ place }) => place);
      return {
        kind,
        field: field.name,
        operation: `${kind} Attack${declared && `(${declared})`} { ${field.name}${given && `(${given})`}${selection(field.type, 0)} }`,
        variables: () =>
          Object.fromEntries(Object.entries(args).map(([name, type]) => [name, sample(type, name, 0)])),
        texts: of('String'),
        ids: of('ID'),
      };
    });
  });
}

/** A copy of the variables with another value at one place. */
export function withValue(
  variables: Record<string, unknown>,
  place: Place,
  value: unknown,
): Record<string, unknown> {
  const copy = structuredClone(variables);
  let at: Record<string | number, unknown> = copy;
  for (const step of place.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
  at[place.at(-1)!] = value;
  return copy;
}

const deepest = 5;
const named = (type: GraphQLInputType) => getNamedType(type);
const isList = (type: GraphQLInputType) => isListType(isNonNullType(type) ? type.ofType : type);

function placesIn(type: GraphQLInputType, place: Place, depth: number): { leaf: string; place: Place }[] {
  const inner = named(type);
  const here = isList(type) ? [...place, 0] : place;
  if (!isInputObjectType(inner)) return [{ leaf: inner.name, place: here }];
  if (depth > deepest) return [];
  return Object.values(inner.getFields()).flatMap((field) =>
    placesIn(field.type, [...here, field.name], depth + 1),
  );
}

function sample(type: GraphQLInputType, name: string, depth: number): unknown {
  const inner = named(type);
  const one = isInputObjectType(inner)
    ? depth > deepest
      ? null
      : Object.fromEntries(
          Object.values(inner.getFields()).map((field) => [
            field.name,
            sample(field.type, field.name, depth + 1),
          ]),
        )
    : isEnumType(inner)
      ? inner.getValues()[0]!.value
      : sampleLeaf(inner.name, name);
  return isList(type) ? [one] : one;
}

function sampleLeaf(type: string, name: string): unknown {
  switch (type) {
    case 'Int':
    case 'Float':
      return 1;
    case 'Boolean':
      return false;
    case 'ID':
      return crypto.randomUUID();
    case 'DateTime':
      return '2026-11-20T12:00:00Z';
    default:
      // A cursor that is none would hide everything behind it.
      return name === 'after' ? null : 'x';
  }
}

/** What has no arguments of its own, to the depth at which a refusal says what it is about. */
function selection(type: GraphQLOutputType, depth: number): string {
  const inner = getNamedType(type);
  if (isLeafType(inner)) return '';
  if (!isObjectType(inner) || isUnionType(inner)) return ' { __typename }';
  const fields = Object.values(inner.getFields()).filter(({ args }) => !args.some(isRequiredArgument));
  const shown = fields.flatMap((field) => {
    const below = getNamedType(field.type);
    if (isLeafType(below)) return [field.name];
    return depth < 1 || field.name === 'userErrors'
      ? [`${field.name}${selection(field.type, depth + 1)}`]
      : [];
  });
  return ` { __typename ${shown.join(' ')} }`;
}
