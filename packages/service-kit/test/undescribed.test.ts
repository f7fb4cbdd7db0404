import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { undescribed } from '../testing/undescribed.ts';

describe('what a schema does not describe', () => {
  it('is found in types, fields, arguments, input fields and values', () => {
    const sdl = `
      "Said." type Said { "Said." field("Said." one: Int, two: Int): Int, silent: Int }
      type Silent { "Said." field: Int }
      "Said." enum Kind { ONE "Said." TWO }
      "Said." input In { one: Int "Said." two: Int }
      scalar Unit
      type Query { "Said." ask(input: In): Int, tell: Int }
      type Other @key(fields: "id", resolvable: false) { id: ID! }`;
    expect(undescribed(sdl)).toEqual([
      'Said.field(two)',
      'Said.silent',
      'Silent',
      'Kind.ONE',
      'In.one',
      'Unit',
      'Query.tell',
    ]);
  });

  it('is nothing in what every subgraph shares', () => {
    expect(undescribed(readFileSync('src/common.graphql', 'utf8'))).toEqual([]);
  });
});
