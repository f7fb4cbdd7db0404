import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { z } from 'zod';
import { limitSettings, limitsOf } from './limits.ts';
import { operationSizeRule } from './operation-size.ts';

const schema = buildSchema('type Query { me: User }  type User { id: ID  friend: User }');
const limits = limitsOf(z.object(limitSettings).parse({}));
const errors = (query: string) =>
  validate(schema, parse(query), [operationSizeRule(limits)]).map(
    ({ extensions: { code, limit, maximum, found } }) => {
      expect(code).toBe('LIMIT_EXCEEDED');
      return `${String(limit)}: ${String(found)} of ${String(maximum)}`;
    },
  );

/** `{ me { friend { friend … { id } } } }`, `depth` fields deep. */
const nested = (depth: number) => `{ me ${'{ friend '.repeat(depth - 2)}{ id }${' }'.repeat(depth - 2)} }`;

describe('operation size', () => {
  it('takes twelve levels and no more', () => {
    expect(errors(nested(12))).toEqual([]);
    expect(errors(nested(13))).toEqual(['depth: 13 of 12']);
  });

  it('counts the depth within fragments', () => {
    const fragments =
      'fragment A on User { friend { friend { friend { friend { ...B } } } } } fragment B on User { friend { friend { friend { friend { friend { friend { friend { id } } } } } } } }';
    expect(errors(`{ me { ...A } } ${fragments}`)).toHaveLength(1);
  });

  it('counts aliases as often as their fragment is used, also of __typename', () => {
    const aliases = (count: number) => Array.from({ length: count }, (_, i) => `a${i}: __typename`).join(' ');
    expect(errors(`{ me { ${aliases(15)} } }`)).toEqual([]);
    expect(errors(`{ me { ${aliases(16)} } }`)).toEqual(['aliases: 16 of 15']);
    expect(errors(`{ me { ...A friend { ...A } } } fragment A on User { ${aliases(8)} }`)).toHaveLength(1);
  });

  it('counts directives', () => {
    expect(errors(`{ me ${'@skip(if: false) '.repeat(6)}{ id } }`)).toEqual(['directives: 6 of 5']);
  });

  it('counts what is said again and again in one selection, fragments too', () => {
    expect(errors(`{ me { ${'id '.repeat(5)} } }`)).toEqual([]);
    expect(errors(`{ me { ${'id '.repeat(6)} } }`)).toEqual(['repeats: 6 of 5']);
    expect(errors(`{ me { ${'...A '.repeat(7)} } } fragment A on User { id }`)).toEqual(['repeats: 7 of 5']);
    expect(errors(`{ me { ...A } } fragment A on User { ${'__typename '.repeat(8)} }`)).toEqual([
      'repeats: 8 of 5',
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
