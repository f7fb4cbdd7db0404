import fc from 'fast-check';
import type { JsonSchema } from './wire-schema.ts';

/** Random values that a schema allows. Throws for a keyword it does not know, so that none is left out silently. */
export function valuesOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valuesOf));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type) => valuesOf({ ...schema, type })));
  switch (schema.type) {
    case 'object':
      return fc.record(mapValues(schema.properties ?? {}, valuesOf), { requiredKeys: schema.required ?? [] });
    case 'array':
      return fc.array(valuesOf(schema.items!), { maxLength: 4 });
    case 'string':
      return stringsOf(schema);
    case 'integer':
      return fc.integer({
        min: Math.max(schema.minimum ?? -1e9, -1e9),
        max: Math.min(schema.maximum ?? 1e9, 1e9),
      });
    case 'number':
      return fc
        .double({ min: schema.exclusiveMinimum ?? schema.minimum ?? -1e9, max: 1e9, noNaN: true })
        .filter((value) => schema.exclusiveMinimum === undefined || value > schema.exclusiveMinimum);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      throw new Error(`Cannot make values of ${JSON.stringify(schema)}.`);
  }
}

function stringsOf({ format, pattern }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
  if (pattern?.includes('[0-9a-f]{8}-')) return fc.uuid();
  if (!pattern && !format) return fc.string();
  throw new Error(`Cannot make strings of format ${format}, pattern ${pattern}.`);
}

const mapValues = <From, To>(object: Record<string, From>, map: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
