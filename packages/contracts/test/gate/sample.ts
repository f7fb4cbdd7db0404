import { derivedId } from '../../src/ids.ts';
import type { JsonSchema } from './wire-schema.ts';

const namespace = '7d1f0f3e-5b0a-4c3e-9a63-0f6a3c1f2b11';

/** One plain value with every property set, always the same for the same schema. `path` makes its ids differ. */
export function sampleOf(schema: JsonSchema, path = ''): unknown {
  if (schema.anyOf) return sampleOf(schema.anyOf[0]!, path);
  if (schema.enum) return schema.enum[0];
  if ('const' in schema) return schema.const;
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, inner]) => [
          name,
          sampleOf(inner, `${path}.${name}`),
        ]),
      );
    case 'array':
      return [sampleOf(schema.items!, `${path}[]`)];
    case 'string':
      if (schema.format === 'date-time') return '2026-11-20T12:00:00.000Z';
      return schema.pattern
        ? derivedId(namespace, path)
        : path.slice(path.lastIndexOf('.') + 1).replace('[]', '');
    case 'integer':
      return Math.max(1, schema.minimum ?? 1);
    case 'number':
      return 1.5;
    case 'boolean':
      return true;
    default:
      throw new Error(`Cannot make a sample of ${JSON.stringify(schema)}.`);
  }
}
