import type { Actor, Permission } from '@carethread/contracts/actor.ts';
import { isScope } from '@carethread/contracts/scopes.ts';
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
import type { RequestAudit } from './audit/request-audit.ts';
import { completeSdl } from './common-sdl.ts';
import { entitiesWithoutReference } from './entities.ts';
import type { Log } from './log.ts';

/** What every resolver gets. A service adds its own to it. */
export interface RequestContext {
  actor: Actor | null;
  log: Log;
  requestId: string;
  traceparent: string | null;
  /** What the client runs on, roughly, as the gateway says, such as Firefox on Windows. */
  device: string | null;
  /** What the answer shows of people. The schema notes it by itself; other doors do it here. */
  audit: RequestAudit;
}

type AnyResolvers = Record<string, unknown>;

/**
 * Builds the executable subgraph. Refuses a root field without @auth: nothing is open by forgetting. Proxies get in as
 * their delegation says; with `proxies: 'where-named'` only through fields that name them, which suits a service that
 * keeps people's accounts.
 */
export function buildSubgraph(
  ownSdl: string,
  resolvers: object,
  { proxies = 'by-scope' }: { proxies?: 'by-scope' | 'where-named' } = {},
): GraphQLSchema {
  const schema = buildSubgraphSchema([
    {
      typeDefs: parse(completeSdl(ownSdl)),
      resolvers: { DateTime: GraphQLDateTimeISO, ...resolvers } as AnyResolvers as never,
    },
  ]);
  const unguarded = [schema.getQueryType(), schema.getMutationType()]
    .filter((type): type is GraphQLObjectType => isObjectType(type))
    .flatMap((type) =>
      Object.values(type.getFields()).filter((field) => !guard(schema, type, field, proxies)),
    );
  if (unguarded.length > 0)
    throw new Error(
      `These root fields say nothing about who may call them (@auth): ${unguarded.map((f) => f.name).join(', ')}`,
    );
  const unfound = entitiesWithoutReference(schema, resolvers);
  if (unfound.length > 0)
    throw new Error(
      `Whoever names one of these would get it, known or not (__resolveReference): ${unfound.join(', ')}`,
    );
  return schema;
}

interface AuthRule {
  roles?: string[];
  permissions?: string[];
  scopes?: string[];
  public: boolean;
  /** Whether a proxy may call it, whatever the delegation's scopes; undefined leaves it to them. */
  proxy?: boolean;
}

function guard(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  field: GraphQLField<unknown, RequestContext>,
  proxies: 'by-scope' | 'where-named',
): boolean {
  if (type.name === 'Query' && field.name.startsWith('_')) {
    if (field.name === '_entities') guardEntities(schema, field);
    return true;
  }
  const rule = ruleOf(schema, field);
  if (!rule) return false;
  checkScopes(field.name, rule);
  const inner = field.resolve;
  if (!inner) return rule.public;
  const needs = rule.proxy === true ? null : type.name === 'Mutation' ? 'write' : 'read';
  const closed = rule.proxy === false || (proxies === 'where-named' && rule.proxy !== true);
  field.resolve = (source, args, context, info) => {
    allow(rule, context.actor);
    // What is open to everybody stays so, such as renewing the session one acts in.
    if (rule.public) return inner(source, args, context, info);
    if (context.actor?.proxyId && (closed || (needs && !context.actor.proxyScopes?.includes(needs))))
      throw forbidden('Your delegation does not allow this.');
    // An emergency access is there to read what a patient's life may depend on.
    if (context.actor?.emergencyId && type.name === 'Mutation')
      throw forbidden('An emergency access is for reading: use your own token.');
    return inner(source, args, context, info);
  };
  return true;
}

function ruleOf(
  schema: GraphQLSchema,
  { astNode }: Pick<GraphQLField<unknown, unknown> | GraphQLObjectType, 'astNode'>,
): AuthRule | undefined {
  const directive = schema.getDirective('auth');
  return directive && astNode ? (getDirectiveValues(directive, astNode) as AuthRule | undefined) : undefined;
}

/** A scope that nobody can hold would close what it was meant to open. */
function checkScopes(name: string, { scopes = [] }: AuthRule): void {
  const unknown = scopes.filter((scope) => !isScope(scope));
  if (unknown.length > 0) throw new Error(`${name}: no such scope as ${unknown.join(', ')} (@auth).`);
}

/**
 * Nobody gets an entity without signing in. A person who can name one gets what row security leaves of it; a service account needs a scope of its type
 * besides, or a program that may read tickets could go on from them into everything that hangs on them.
 */
function guardEntities(schema: GraphQLSchema, field: GraphQLField<unknown, RequestContext>): void {
  const rules = new Map<string, AuthRule>();
  for (const type of Object.values(schema.getTypeMap())) {
    const rule = isObjectType(type) && ruleOf(schema, type);
    if (!rule) continue;
    checkScopes(type.name, rule);
    rules.set(type.name, rule);
  }
  const inner = field.resolve!;
  field.resolve = (source, args, context, info) => {
    if (!context.actor) throw new GraphQLError('Sign in first.', { extensions: { code: 'UNAUTHENTICATED' } });
    const { client } = context.actor;
    if (client)
      for (const { __typename } of args['representations'] as { __typename: string }[])
        if (!hasScope(rules.get(__typename), client)) throw beyondScopes();
    return inner(source, args, context, info);
  };
}

function allow(rule: AuthRule, actor: Actor | null): void {
  if (actor?.client && !hasScope(rule, actor.client)) throw beyondScopes();
  if (rule.public) return;
  if (!actor) throw new GraphQLError('Sign in first.', { extensions: { code: 'UNAUTHENTICATED' } });
  const roleFits = !rule.roles || rule.roles.includes(actor.role.toUpperCase());
  const rightsFit = (rule.permissions ?? []).every((right) =>
    actor.permissions.includes(right as Permission),
  );
  if (!roleFits || !rightsFit) throw forbidden('Your role does not allow this.');
}

const forbidden = (message: string) => new GraphQLError(message, { extensions: { code: 'FORBIDDEN' } });
const hasScope = (rule: AuthRule | undefined, client: NonNullable<Actor['client']>): boolean =>
  client.scopes.some((scope) => rule?.scopes?.includes(scope));

const beyondScopes = () =>
  new GraphQLError('The scopes of this service account do not allow this.', {
    extensions: { code: 'FORBIDDEN' },
  });

/** For resolvers behind @auth: the person, or an error if the field was public after all. */
export function signedIn(context: { actor: Actor | null }): Actor {
  if (!context.actor) throw new GraphQLError('Sign in first.', { extensions: { code: 'UNAUTHENTICATED' } });
  return context.actor;
}
