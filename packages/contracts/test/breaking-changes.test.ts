import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { breakingChanges } from './gate/breaking-changes.ts';
import type { JsonSchema } from './gate/wire-schema.ts';

const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
const published = z.object({
  id: z.string(),
  kind: z.enum(['text', 'system']),
  note: z.string().optional(),
  amount: z.int().min(0),
  lines: z.array(z.object({ state: z.string() })),
  until: z.string().nullable(),
});
const shape = published.shape;
const changesTo = (changed: z.ZodType) => breakingChanges(schemaOf(published), schemaOf(changed));

describe('allowed', () => {
  it.each([
    ['nothing new', published],
    ['a further optional property', published.extend({ more: z.number().optional() })],
    [
      'one deep inside',
      published.extend({ lines: z.array(z.object({ state: z.string(), more: z.string().optional() })) }),
    ],
    ['a description', published.describe('as it should have been from the start')],
  ])('%s', (_, changed) => expect(changesTo(changed)).toEqual([]));
});

describe('not allowed', () => {
  it.each([
    ['a property less', published.omit({ note: true }), 'data.note: removed'],
    [
      'a further required property',
      published.extend({ more: z.string() }),
      'data.more: is required, and was not',
    ],
    [
      'an optional property made required',
      published.extend({ note: z.string() }),
      'data.note: is required, and was not',
    ],
    [
      'a required property made optional',
      published.extend({ id: z.string().optional() }),
      'data.id: was required, and is not',
    ],
    ['another type', published.extend({ id: z.number() }), /data\.id: type was "string" and is "number"/],
    ['a narrower range', published.extend({ amount: z.int().min(1) }), /data\.amount: minimum/],
    [
      'a wider enumeration',
      published.extend({ kind: z.enum([...shape.kind.options, 'call']) }),
      /data\.kind: enum/,
    ],
    ['a narrower enumeration', published.extend({ kind: z.enum(['text']) }), /data\.kind: enum/],
    ['null no longer', published.extend({ until: z.string() }), /data\.until/],
    ['null at last', published.extend({ id: z.string().nullable() }), /data\.id/],
    [
      'a change deep inside',
      published.extend({ lines: z.array(z.object({ state: z.int() })) }),
      /data\.lines\[\]\.state: type/,
    ],
  ])('%s', (_, changed, breach) =>
    expect(changesTo(changed)).toContainEqual(
      typeof breach === 'string' ? breach : expect.stringMatching(breach),
    ),
  );
});
