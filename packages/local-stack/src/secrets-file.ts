import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';

/** A password of 192 random bits that needs no escaping in a URL. */
export const randomPassword = () => randomBytes(24).toString('base64url');

/**
 * Reads a JSON file of secrets and adds those that are missing. Written at once and for the owner only, so a crash
 * leaves the old file or the new one.
 */
export async function secretsFile<Name extends string>(
  path: string,
  generators: Record<Name, () => string>,
): Promise<Record<Name, string>> {
  const known = await readKnown<Name>(path);
  const missing = (Object.keys(generators) as Name[]).filter((name) => known[name] === undefined);
  const all = { ...known, ...Object.fromEntries(missing.map((name) => [name, generators[name]()])) };
  if (missing.length > 0) {
    await writeFile(`${path}.new`, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
  return all;
}

async function readKnown<Name extends string>(path: string): Promise<Partial<Record<Name, string>>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Partial<Record<Name, string>>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
