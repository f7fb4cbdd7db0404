import { isId } from '@carethread/contracts/ids.ts';
import {
  defaultFieldResolver,
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import type { RequestContext } from '../subgraph.ts';
import type { PersonalType, TypesInAudit } from './personal-types.ts';

type Shown = PersonalType<unknown>;
type Field = GraphQLField<unknown, RequestContext>;
type ResolveReference = (reference: object, context: RequestContext, info: object) => unknown;

/**
 * Lets the schema note what it shows: each entity of a personal type that becomes part of an answer, however it was come
 * by (a field, a list, an entity reference). What a resolver looked at and did not show is not noted.
 */
export function auditReads(schema: GraphQLSchema, types: TypesInAudit): GraphQLSchema {
  const shownAs = (name: string): Shown | null => {
    const type = types[name];
    return type === undefined || typeof type === 'string' ? null : (type as Shown);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const { name } = getNamedType(field.type);
      const shown = shownAs(name);
      if (shown) watchField(field, name, shown, type.name === 'Query');
    }
    const shown = shownAs(type.name);
    if (shown) watchReferences(type, shown);
  }
  return schema;
}

function watchField(field: Field, kind: string, type: Shown, isRoot: boolean): void {
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (source, args: { id?: unknown }, context, info) => {
    const note = (value: unknown) => {
      if (value !== null && value !== undefined) show(context, kind, type, value);
      else if (isRoot && isId(args.id)) context.audit.refuse(kind, args.id.toLowerCase());
      return value;
    };
    const answer: unknown = resolve(source, args, context, info);
    return isPromise(answer) ? answer.then(note) : note(answer);
  };
}

/** The gateway's way in: a reference that is answered with what it stands for. */
function watchReferences(type: GraphQLObjectType, shown: Shown): void {
  const { subgraph } = (type.extensions['apollo'] ?? {}) as {
    subgraph?: { resolveReference?: ResolveReference };
  };
  const resolve = subgraph?.resolveReference;
  if (!resolve) return;
  subgraph.resolveReference = (reference, context, info) => {
    const note = (value: unknown) => {
      if (value !== null && value !== undefined) show(context, type.name, shown, value);
      return value;
    };
    const answer = resolve(reference, context, info);
    return isPromise(answer) ? answer.then(note) : note(answer);
  };
}

function show(context: RequestContext, kind: string, type: Shown, value: unknown): void {
  if (Array.isArray(value)) {
    for (const each of value)
      if (isPromise(each)) throw new Error(`${kind}: a list of promises cannot be audited.`);
      else if (each !== null && each !== undefined) show(context, kind, type, each);
    return;
  }
  const id = type.id(value);
  if (id === null) return;
  const patientId = type.patientOf?.(value) ?? null;
  const through = patientId === null ? type.through?.(value) : undefined;
  context.audit.show(kind, id, { patientId, ...(through !== undefined && { through }) });
}

// Prisma's promises are of a class of their own.
const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null)?.then === 'function';
