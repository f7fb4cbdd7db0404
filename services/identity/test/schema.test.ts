import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { buildSubgraph } from '@carethread/service-kit/subgraph.ts';
import { isEnumType, isInputObjectType, isObjectType } from 'graphql';
import { resolvers } from '../src/graphql/resolvers.ts';

const sdl = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');
const schema = buildSubgraph(sdl, resolvers);
const own = Object.values(schema.getTypeMap()).filter(({ name }) =>
  new RegExp(`(type|input|enum) ${name}\\b`).test(sdl),
);

describe('the schema', () => {
  it('describes every type, field, argument and value', () => {
    const silent: string[] = [];
    const check = (path: string, { description }: { description?: string | null }) => {
      if (!description) silent.push(path);
    };
    for (const type of own) {
      if (!['Query', 'Mutation'].includes(type.name)) check(type.name, type);
      if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
      if (!isObjectType(type) && !isInputObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        const path = `${type.name}.${field.name}`;
        const lone =
          'args' in field &&
          field.args.every(({ name }: { name: string }) => name === 'input' || name === 'id');
        if (!field.name.startsWith('_') && field.name !== 'userErrors') check(path, field);
        if ('args' in field && !lone && !field.name.startsWith('_'))
          for (const argument of field.args) check(`${path}(${argument.name})`, argument);
      }
    }
    expect(silent).toEqual([]);
  });

  it('answers every mutation with a nullable result and userErrors', () => {
    for (const field of Object.values(schema.getMutationType()!.getFields())) {
      const payload = schema.getType(field.type.toString().replace('!', ''));
      if (!isObjectType(payload)) throw new Error(`${field.name} answers with something else.`);
      const types = Object.values(payload.getFields()).map(({ name, type }) => [name, String(type)]);
      expect(types.find(([name]) => name === 'userErrors')?.[1]).toBe('[UserError!]!');
      expect(types.filter(([, type]) => !type!.endsWith('!'))).toHaveLength(1);
    }
  });
});
