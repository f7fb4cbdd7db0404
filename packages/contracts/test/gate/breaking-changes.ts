import { isDeepStrictEqual } from 'node:util';
import type { JsonSchema } from './wire-schema.ts';

/** Say nothing about which values are valid. */
const annotations = new Set(['$schema', 'title', 'description', 'examples', 'default']);

/**
 * What is not allowed to happen to a published event. While a new version of a service is rolled out, old consumers read
 * new events and new consumers read old ones; so each must accept what the other sends, and that leaves one change: a
 * further optional property. All else is a new event with a higher version. Returns one line for each breach.
 */
export function breakingChanges(frozen: JsonSchema, today: JsonSchema, path = 'data'): string[] {
  const keywords = new Set([...Object.keys(frozen), ...Object.keys(today)]);
  return [...keywords].flatMap((keyword): string[] => {
    if (annotations.has(keyword)) return [];
    const [before, now] = [frozen[keyword], today[keyword]];
    switch (keyword) {
      case 'properties':
        return changedProperties(before as JsonSchema['properties'], now as JsonSchema['properties'], path);
      case 'required':
        return changedRequirements(before as string[] | undefined, now as string[] | undefined, path);
      case 'items':
        if (before && now) return breakingChanges(before as JsonSchema, now as JsonSchema, `${path}[]`);
        return [`${path}: what the list holds changed`];
      case 'anyOf':
        return changedAlternatives(before as JsonSchema[] | undefined, now as JsonSchema[] | undefined, path);
      default:
        return isDeepStrictEqual(before, now)
          ? []
          : [`${path}: ${keyword} was ${JSON.stringify(before)} and is ${JSON.stringify(now)}`];
    }
  });
}

function changedProperties(
  before: Record<string, JsonSchema> = {},
  now: Record<string, JsonSchema> = {},
  path: string,
): string[] {
  return Object.entries(before).flatMap(([name, schema]) => {
    const today = now[name];
    return today ? breakingChanges(schema, today, `${path}.${name}`) : [`${path}.${name}: removed`];
  });
}

function changedRequirements(before: string[] = [], now: string[] = [], path: string): string[] {
  return [
    ...now
      .filter((name) => !before.includes(name))
      .map((name) => `${path}.${name}: is required, and was not`),
    ...before
      .filter((name) => !now.includes(name))
      .map((name) => `${path}.${name}: was required, and is not`),
  ];
}

function changedAlternatives(before: JsonSchema[] = [], now: JsonSchema[] = [], path: string): string[] {
  if (before.length !== now.length) return [`${path}: has other alternatives`];
  return before.flatMap((schema, n) => breakingChanges(schema, now[n]!, `${path}<${n + 1}>`));
}
