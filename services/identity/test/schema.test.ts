import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { buildSubgraph } from '@carethread/service-kit/subgraph.ts';
import { isObjectType } from 'graphql';
import { resolvers } from '../src/graphql/resolvers.ts';

const sdl = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');
const schema = buildSubgraph(sdl, resolvers);
describe('the schema', () => {
  it('answers every mutation with a nullable result and userErrors', () => {
    for (const field of Object.values(schema.getMutationType()!.getFields())) {
      const payload = schema.getType(field.type.toString().replace('!', ''));
      if (!isObjectType(payload)) throw new Error(`${field.name} answers with something else.`);
      const types = Object.values(payload.getFields()).map(({ name, type }) => [name, String(type)]);
      expect(types.find(([name]) => name === 'userErrors')?.[1]).toBe('[UserError!]!');
      // Signing in has two results: a session, or what is missing for one.
      const results = field.name === 'signIn' ? 2 : 1;
      expect(types.filter(([, type]) => !type!.endsWith('!'))).toHaveLength(results);
    }
  });
});
