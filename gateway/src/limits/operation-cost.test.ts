import { describe, expect, it } from '@jest/globals';
import { buildSchema, getOperationAST, GraphQLError, parse } from 'graphql';
import { z } from 'zod';
import { limitSettings, limitsOf } from './limits.ts';
import { operationCost } from './operation-cost.ts';

const schema = buildSchema(`
  type Query { me: User  users(first: Int = 20, after: String): UserConnection }
  type UserConnection { edges: [UserEdge!]!  nodes: [User!] }
  type UserEdge { node: User! }
  type User { id: ID  friends(first: Int!, last: Int): UserConnection  tags: [Tag!] }
  type Tag { name: String }
`);
const limits = limitsOf(z.object(limitSettings).parse({}));
const cost = (query: string, variables: Record<string, unknown> = {}) => {
  const document = parse(query);
  return operationCost(schema, document, getOperationAST(document)!, variables, limits);
};
const refusal = (query: string, variables: Record<string, unknown> = {}) => {
  const outcome = cost(query, variables);
  return outcome instanceof GraphQLError ? outcome : null;
};
const friends = '($n: Int!) { users(first: $n) { edges { node { friends(first: $n) { nodes { id } } } } } }';

describe('operation cost', () => {
  it('multiplies page sizes along the path, with variables', () => {
    expect(refusal(`query${friends}`, { n: 40 })).toBeNull();
    expect(refusal(`query${friends}`, { n: 100 })?.extensions).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      limit: 'objects',
      maximum: 10_000,
      found: 10_301,
    });
  });

  it.each([
    ['a literal', '{ users(first: 101) { nodes { id } } }', {}],
    ['a variable', 'query($n: Int!) { users(first: $n) { nodes { id } } }', { n: 1_000_000 }],
    ['a default', 'query($n: Int = 5000) { users(first: $n) { nodes { id } } }', {}],
    ['last', '{ me { friends(first: 1, last: 500) { nodes { id } } } }', {}],
    ['a fragment', '{ me { ...F } } fragment F on User { friends(first: 200) { nodes { id } } }', {}],
  ])('refuses too large a page given by %s', (_, query, variables) => {
    expect(refusal(query, variables)?.extensions).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      limit: 'page',
    });
  });

  it('refuses a page of fewer than none', () => {
    expect(refusal('{ users(first: -1) { nodes { id } } }')?.extensions['code']).toBe('BAD_USER_INPUT');
  });

  it('says what an operation may bring', () => {
    expect(cost('{ me { id } }')).toBe(1);
    expect(cost('{ users(first: 10) { nodes { tags { name } } } }')).toBe(111);
  });

  it('takes a list without a page size for ten', () => {
    const tags = (page: number) =>
      `{ users(first: ${page}) { nodes { tags { name } friends(first: 90) { nodes { tags { name } } } } } }`;
    expect(refusal(tags(9))).toBeNull();
    expect(refusal(tags(20))).not.toBeNull();
  });

  it('is quick where fragments double at every level', () => {
    const levels = Array.from(
      { length: 60 },
      (_, i) => `fragment F${i} on User { ...F${i + 1} ...F${i + 1} }`,
    ).join(' ');
    expect(refusal(`{ me { ...F0 } } ${levels} fragment F60 on User { tags { name } }`)).not.toBeNull();
  });

  it('leaves variables that do not fit to the executor', () => {
    expect(refusal(`query${friends}`, { n: 'many' })).toBeNull();
  });
});
