import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { operationSizeRule } from './operation-size.ts';

const schema = buildSchema('type Query { me: User }  type User { id: ID  friend: User }');
const errors = (query: string) =>
  validate(schema, parse(query), [operationSizeRule]).map(({ message }) => message);

/** `{ me { friend { friend … { id } } } }`, `depth` fields deep. */
const nested = (depth: number) => `{ me ${'{ friend '.repeat(depth - 2)}{ id }${' }'.repeat(depth - 2)} }`;

describe('operation size', () => {
  it('takes twelve levels and no more', () => {
    expect(errors(nested(12))).toEqual([]);
    expect(errors(nested(13))).toEqual(['The operation exceeds the limit of 12 for depth.']);
  });

  it('counts the depth within fragments', () => {
    const fragments =
      'fragment A on User { friend { friend { friend { friend { ...B } } } } } fragment B on User { friend { friend { friend { friend { friend { friend { friend { id } } } } } } } }';
    expect(errors(`{ me { ...A } } ${fragments}`)).toHaveLength(1);
  });

  it('counts aliases as often as their fragment is used, also of __typename', () => {
    const aliases = (count: number) => Array.from({ length: count }, (_, i) => `a${i}: __typename`).join(' ');
    expect(errors(`{ me { ${aliases(15)} } }`)).toEqual([]);
    expect(errors(`{ me { ${aliases(16)} } }`)).toEqual([
      'The operation exceeds the limit of 15 for aliases.',
    ]);
    expect(errors(`{ me { ...A friend { ...A } } } fragment A on User { ${aliases(8)} }`)).toHaveLength(1);
  });

  it('counts directives', () => {
    expect(errors(`{ me ${'@skip(if: false) '.repeat(6)}{ id } }`)).toEqual([
      'The operation exceeds the limit of 5 for directives.',
    ]);
  });

  it('ends on a fragment that reaches itself', () => {
    expect(errors('{ me { ...A } } fragment A on User { friend { ...A } }')).toEqual([]);
  });

  it('is quick where fragments double at every level', () => {
    const levels = Array.from(
      { length: 60 },
      (_, i) => `fragment F${i} on User { ...F${i + 1} ...F${i + 1} }`,
    ).join(' ');
    expect(errors(`{ me { ...F0 } } ${levels} fragment F60 on User { a: id }`)).toHaveLength(1);
  });
});
