import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SubgraphSource } from './compose.ts';

/** Every `<folder>/<name>/schema.graphql`, by name; services without a schema have no subgraph. */
export function readSubgraphs(folder: string): SubgraphSource[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({ name: entry.name, path: join(folder, entry.name, 'schema.graphql') }))
    .filter(({ path }) => existsSync(path))
    .map(({ name, path }) => ({ name, sdl: readFileSync(path, 'utf8') }))
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** Replaces a file in one step: a running gateway reads the old text or the new one, never half of it. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const next = `${path}.${process.pid}.new`;
  await writeFile(next, text);
  await rename(next, path);
}
