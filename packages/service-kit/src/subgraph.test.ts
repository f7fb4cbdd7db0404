import { describe, expect, it } from '@jest/globals';
import { graphql, type GraphQLSchema } from 'graphql';
import { person } from '../testing/people.ts';
import { buildSubgraph } from './subgraph.ts';

const sdl = `type Query {
  open: String @auth(public: true)
  anybody: String @auth
  doctors: String @auth(roles: [DOCTOR])
  keepers: String @auth(permissions: ["ManageDrugCatalog"])
}`;
const resolvers = {
  Query: { open: () => 'ok', anybody: () => 'ok', doctors: () => 'ok', keepers: () => 'ok' },
};
const ask = async (schema: GraphQLSchema, field: string, actor: ReturnType<typeof person> | null) => {
  const answer = await graphql({ schema, source: `{ ${field} }`, contextValue: { actor } });
  return answer.errors?.[0]?.extensions['code'] ?? answer.data?.[field];
};

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

  it('refuses a root field that says nothing about who may call it', () => {
    expect(() => buildSubgraph('type Query { leak: String }', { Query: { leak: () => 'x' } })).toThrow(
      /leak/,
    );
  });

  it('refuses a guarded field without a resolver: the guard would guard nothing', () => {
    expect(() => buildSubgraph('type Query { absent: String @auth }', {})).toThrow(/absent/);
  });
});
