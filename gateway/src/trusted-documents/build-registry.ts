import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  specifiedRules,
  validate,
} from 'graphql';
import type { Limits } from '../limits/limits.ts';
import { operationSizeRule } from '../limits/operation-size.ts';
import { readRegistry, sha256 } from './registry.ts';

/** Thrown when a document is not one that can be registered. The message lists every problem. */
export class RegistryError extends Error {
  override name = 'RegistryError';
}

/**
 * Makes a registry of every `.graphql` file below a folder, one operation each, and of former registries, whose
 * documents have to be valid still: clients in use send them.
 */
export function buildRegistry(options: {
  folder: string;
  former: readonly string[];
  schema: GraphQLSchema;
  limits: Limits;
}): Record<string, string> {
  const { folder, former, schema, limits } = options;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.graphql'),
  );
  const sources = [
    ...files.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8'), true] as const),
    ...[...readRegistry(former)].map(([hash, text]) => [hash, text, false] as const),
  ];
  const problems: string[] = [];
  const registry: Record<string, string> = {};
  for (const [name, source, isNew] of sources) {
    const { document, errors } = check(schema, source, limits);
    problems.push(...errors.map((message) => `  ${name}: ${message}`));
    // Former texts stay to the letter: their hash is what clients send.
    const text = document && isNew ? print(document) : source;
    registry[sha256(text)] = text;
  }
  if (problems.length > 0)
    throw new RegistryError(`Not registered, ${problems.length} problem(s):\n${problems.join('\n')}`);
  return Object.fromEntries(Object.entries(registry).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function check(
  schema: GraphQLSchema,
  source: string,
  limits: Limits,
): { document: DocumentNode | null; errors: string[] } {
  try {
    const document = parse(source, { maxTokens: limits.tokens });
    const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    const errors = validate(schema, document, [...specifiedRules, operationSizeRule(limits)]);
    const single = operations.length === 1 ? [] : [`has ${operations.length} operations instead of one`];
    return { document, errors: [...single, ...errors.map(({ message }) => message)] };
  } catch (error) {
    if (error instanceof GraphQLError) return { document: null, errors: [error.message] };
    throw error;
  }
}
