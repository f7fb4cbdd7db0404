import type { Actor, Permission } from '@carethread/contracts/actor.ts';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  getDirectiveValues,
  GraphQLError,
  isObjectType,
  parse,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import { completeSdl } from './common-sdl.ts';
import type { Log } from './log.ts';

/** What every resolver gets. A service adds its own to it. */
export interface RequestContext {
  actor: Actor | null;
  log: Log;
  requestId: string;
  traceparent: string | null;
}

type AnyResolvers = Record<string, unknown>;

/** Builds the executable subgraph. Refuses a root field without @auth: nothing is open by forgetting. */
export function buildSubgraph(ownSdl: string, resolvers: object): GraphQLSchema {
  const schema = buildSubgraphSchema([
    {
      typeDefs: parse(completeSdl(ownSdl)),
      resolvers: { DateTime: GraphQLDateTimeISO, ...resolvers } as AnyResolvers as never,
    },
  ]);
  const unguarded = [schema.getQueryType(), schema.getMutationType()]
    .filter((type): type is GraphQLObjectType => isObjectType(type))
    .flatMap((type) => Object.values(type.getFields()).filter((field) => !guard(schema, type, field)));
  if (unguarded.length > 0)
    throw new Error(
      `These root fields say nothing about who may call them (@auth): ${unguarded.map((f) => f.name).join(', ')}`,
    );
  return schema;
}

interface AuthRule {
  roles?: string[];
  permissions?: string[];
  public: boolean;
}

function guard(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  field: GraphQLField<unknown, RequestContext>,
): boolean {
  if (type.name === 'Query' && field.name.startsWith('_')) return true;
  const directive = schema.getDirective('auth');
  const rule =
    directive && field.astNode && (getDirectiveValues(directive, field.astNode) as AuthRule | undefined);
  if (!rule) return false;
  if (rule.public) return true;
  const inner = field.resolve;
  if (!inner) return false;
  field.resolve = (source, args, context, info) => {
    allow(rule, context.actor);
    return inner(source, args, context, info);
  };
  return true;
}

function allow(rule: AuthRule, actor: Actor | null): void {
  if (!actor) throw new GraphQLError('Sign in first.', { extensions: { code: 'UNAUTHENTICATED' } });
  const roleFits = !rule.roles || rule.roles.includes(actor.role.toUpperCase());
  const rightsFit = (rule.permissions ?? []).every((right) =>
    actor.permissions.includes(right as Permission),
  );
  if (!roleFits || !rightsFit)
    throw new GraphQLError('Your role does not allow this.', { extensions: { code: 'FORBIDDEN' } });
}

/** For resolvers behind @auth: the person, or an error if the field was public after all. */
export function signedIn(context: { actor: Actor | null }): Actor {
  if (!context.actor) throw new GraphQLError('Sign in first.', { extensions: { code: 'UNAUTHENTICATED' } });
  return context.actor;
}
