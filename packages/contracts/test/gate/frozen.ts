import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { JsonSchema } from './wire-schema.ts';

const folder = (name: string) => fileURLToPath(new URL(`../../${name}/`, import.meta.url));
const frozenFolder = folder('frozen');
const samplesFolder = folder('samples');
const text = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** Types of all events that were ever published. */
export const frozenTypes = (): string[] =>
  existsSync(frozenFolder) ? readdirSync(frozenFolder).map((file) => file.replace(/\.json$/, '')) : [];

/** The schema an event was published with; null when it is new. */
export function readFrozen(type: string): JsonSchema | null {
  const path = `${frozenFolder}${type}.json`;
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as JsonSchema) : null;
}

export function writeFrozen(type: string, schema: JsonSchema): void {
  mkdirSync(frozenFolder, { recursive: true });
  writeFileSync(`${frozenFolder}${type}.json`, text(schema));
}

/** Payloads as they were published, one for each time the schema grew, oldest first. */
export function readSamples(type: string): unknown[] {
  const own = `${samplesFolder}${type}/`;
  if (!existsSync(own)) return [];
  const numbers = readdirSync(own).map((file) => Number.parseInt(file, 10));
  return numbers
    .sort((a, b) => a - b)
    .map((n) => JSON.parse(readFileSync(`${own}${n}.json`, 'utf8')) as unknown);
}

export function writeSample(type: string, number: number, sample: unknown): void {
  mkdirSync(`${samplesFolder}${type}`, { recursive: true });
  writeFileSync(`${samplesFolder}${type}/${number}.json`, text(sample));
}
