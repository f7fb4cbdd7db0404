import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { malformedVariables, wellFormedTextRule } from './well-formed-text.ts';

const schema = buildSchema('type Query { say(text: String): String }');
const errors = (query: string) => validate(schema, parse(query), [wellFormedTextRule]);

describe('texts', () => {
  it('in a document have no NUL', () => {
    expect(errors(`{ say(text: "a\\u0000b") }`)).toHaveLength(1);
  });

  it('in a document that end within a character are left to the parser', () => {
    expect(() => errors(`{ say(text: "\\ud800") }`)).toThrow('Invalid Unicode');
  });

  it.each(['', 'grüezi', '🩺', 'a\u0001b'])('such as %j are taken', (text) => {
    expect(errors(`{ say(text: ${JSON.stringify(text)}) }`)).toEqual([]);
    expect(malformedVariables({ input: { lines: [{ text }] } })).toBeNull();
  });

  it.each(['a\u0000b', '\ud800', 'x\udc00'])('such as %j are not', (text) => {
    expect(malformedVariables({ input: { lines: [{ text }] } })?.extensions['code']).toBe('BAD_USER_INPUT');
    expect(malformedVariables({ [text]: 1 })).not.toBeNull();
  });
});
