import type { Actor, ProxyScope } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { describe, expect, it } from '@jest/globals';
import { graphql, type GraphQLSchema } from 'graphql';
import type { Scope } from '@carethread/contracts/scopes.ts';
import { person } from '../testing/people.ts';
import { buildSubgraph } from './subgraph.ts';

const sdl = `type Query {
  shelf: String @auth(roles: [PHARMACIST], scopes: ["tickets:read", "tickets:claim"])
  shelfOfDoctors: String @auth(roles: [DOCTOR], scopes: ["tickets:read"])
  keptShelf: String @auth(permissions: ["ManageDrugCatalog"], scopes: ["tickets:read"])
  open: String @auth(public: true)
  anybody: String @auth
  doctors: String @auth(roles: [DOCTOR])
  keepers: String @auth(permissions: ["ManageDrugCatalog"])
}
type Box @key(fields: "id") @auth(scopes: ["tickets:read"]) { id: ID! }
type Safe @key(fields: "id") { id: ID! }`;
const ok = () => 'ok';
const resolvers = {
  Query: {
    open: ok,
    anybody: ok,
    doctors: ok,
    keepers: ok,
    shelf: ok,
    shelfOfDoctors: ok,
    keptShelf: ok,
  },
  Box: { __resolveReference: ({ id }: { id: string }) => ({ id }) },
  Safe: { __resolveReference: ({ id }: { id: string }) => ({ id }) },
};
const program = (...scopes: Scope[]) => {
  const actor = person('pharmacist');
  return { ...actor, client: { id: actor.userId, scopes } };
};
const ask = async (schema: GraphQLSchema, field: string, actor: Actor | null, kind = 'query') => {
  const answer = await graphql({ schema, source: `${kind} { ${field} }`, contextValue: { actor } });
  return answer.errors?.[0]?.extensions['code'] ?? answer.data?.[field];
};

describe('a proxy', () => {
  const acting = (...proxyScopes: ProxyScope[]) => ({
    ...person('patient'),
    proxyId: newId<'User'>(),
    proxyScopes,
  });
  const fields = (proxies: 'by-scope' | 'where-named') =>
    buildSubgraph(
      `type Query { read: String @auth  own: String @auth(proxy: false)  shown: String @auth(proxy: true) }
       type Mutation { write: String @auth  leave: String @auth(proxy: true)  secret: String @auth(proxy: false) }`,
      {
        Query: { read: () => 'ok', own: () => 'ok', shown: () => 'ok' },
        Mutation: { write: () => 'ok', leave: () => 'ok', secret: () => 'ok' },
      },
      { proxies },
    );
  const tryAll = async (schema: GraphQLSchema, actor: Actor) =>
    Promise.all([
      ...['read', 'own', 'shown'].map((field) => ask(schema, field, actor)),
      ...['write', 'leave', 'secret'].map((field) => ask(schema, field, actor, 'mutation')),
    ]).then((answers) => answers.map((answer) => answer === 'ok'));

  it.each([
    ['by-scope', ['read', 'write'], [true, false, true, true, true, false]],
    ['by-scope', ['read'], [true, false, true, false, true, false]],
    ['by-scope', ['write'], [false, false, true, true, true, false]],
    ['by-scope', [], [false, false, true, false, true, false]],
    ['where-named', ['read', 'write'], [false, false, true, false, true, false]],
  ] as const)('%s, with the scopes %j', async (proxies, scopes, expected) => {
    expect(await tryAll(fields(proxies), acting(...scopes))).toEqual(expected);
  });

  it('is not what somebody is who acts for themselves, and an emergency access only reads', async () => {
    expect(await tryAll(fields('where-named'), person('patient'))).toEqual(Array(6).fill(true));
    const emergency = { ...person('doctor'), emergencyId: newId<'EmergencyAccess'>() };
    expect(await tryAll(fields('by-scope'), emergency)).toEqual([true, true, true, false, false, false]);
  });
});

describe('buildSubgraph', () => {
  const schema = buildSubgraph(sdl, resolvers);
  it.each([
    ['open', null, 'ok'],
    ['anybody', null, 'UNAUTHENTICATED'],
    ['anybody', person('patient'), 'ok'],
    ['doctors', person('patient'), 'FORBIDDEN'],
    ['doctors', person('doctor'), 'ok'],
    ['keepers', person('doctor'), 'FORBIDDEN'],
    ['keepers', person('administrator'), 'ok'],
  ] as const)('%s', async (field, actor, expected) => {
    expect(await ask(schema, field, actor)).toBe(expected);
  });

  it.each([
    ['shelf', ['tickets:read'], 'ok'],
    ['shelf', ['catalog:read', 'tickets:claim'], 'ok'],
    ['shelf', ['catalog:read'], 'FORBIDDEN'],
    ['shelf', [], 'FORBIDDEN'],
    ['shelfOfDoctors', ['tickets:read'], 'FORBIDDEN'],
    ['keptShelf', ['tickets:read'], 'FORBIDDEN'],
    ['anybody', ['tickets:read'], 'FORBIDDEN'],
    ['open', ['tickets:read'], 'FORBIDDEN'],
  ] as const)('%s, of a program with %j', async (field, scopes, expected) => {
    expect(await ask(schema, field, program(...scopes))).toBe(expected);
  });

  it.each([
    ['Box', person('patient'), 'ok'],
    ['Safe', person('patient'), 'ok'],
    ['Box', program('tickets:read'), 'ok'],
    ['Box', program('tickets:claim'), 'FORBIDDEN'],
    ['Safe', program('tickets:read'), 'FORBIDDEN'],
  ] as const)('reaches a %s from another service’s types, or does not', async (type, actor, expected) => {
    const source = 'query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }';
    const variableValues = { of: [{ __typename: type, id: '1' }] };
    const answer = await graphql({ schema, source, variableValues, contextValue: { actor } });
    expect(answer.errors?.[0]?.extensions['code'] ?? 'ok').toBe(expected);
  });

  it('refuses a scope that nobody can hold', () => {
    const misspelt = 'type Query { shelf: String @auth(scopes: ["ticket:read"]) }';
    expect(() => buildSubgraph(misspelt, { Query: { shelf: ok } })).toThrow(/ticket:read/);
  });

  it('refuses a root field that says nothing about who may call it', () => {
    expect(() => buildSubgraph('type Query { leak: String }', { Query: { leak: () => 'x' } })).toThrow(
      /leak/,
    );
  });

  it('refuses a guarded field without a resolver: the guard would guard nothing', () => {
    expect(() => buildSubgraph('type Query { absent: String @auth }', {})).toThrow(/absent/);
  });

  const entity =
    'type Query { open: String @auth(public: true) } type Thing @key(fields: "id") { id: ID! secret: String }';
  const Query = { open: () => 'ok' };

  it('refuses an entity that is taken for known because it is named', () => {
    expect(() => buildSubgraph(entity, { Query, Thing: { secret: () => 'x' } })).toThrow(/Thing/);
  });

  it('gives nobody an entity who is not signed in', async () => {
    const known = buildSubgraph(entity, {
      Query,
      Thing: { __resolveReference: (thing: object) => thing, secret: () => 'x' },
    });
    const name = (actor: ReturnType<typeof person> | null) =>
      graphql({
        schema: known,
        source:
          '{ _entities(representations: [{ __typename: "Thing", id: "1" }]) { ... on Thing { secret } } }',
        contextValue: { actor },
      });
    expect(await name(person('patient'))).toMatchObject({ data: { _entities: [{ secret: 'x' }] } });
    expect((await name(null)).errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
  });
});
