import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Pack, packSchema } from './pack.ts';
import { type Packs, packsOf } from './packs.ts';

/** Thrown when packs cannot be used; names every file and what is wrong with it. */
export class PackError extends Error {
  override name = 'PackError';
}

/**
 * The packs in `<folder>/<jurisdiction>/<version>.json`. Throws a PackError when any of them is not exactly as it must be,
 * does not stand where its jurisdiction and version say, or is in force before an older version.
 */
export function readPacks(folder: string): Packs {
  const problems: string[] = [];
  const packs: Pack[] = [];
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('.json')) continue;
    const parsed = packSchema.safeParse(parse(readFileSync(join(folder, file), 'utf8')));
    if (!parsed.success) problems.push(`${file}: ${z.prettifyError(parsed.error)}`);
    else if (file !== join(parsed.data.jurisdiction, `${parsed.data.version}.json`))
      problems.push(`${file}: must be named ${parsed.data.jurisdiction}/${parsed.data.version}.json`);
    else packs.push(parsed.data);
  }
  for (const later of packs)
    for (const earlier of packs)
      if (
        later.jurisdiction === earlier.jurisdiction &&
        later.version > earlier.version &&
        later.validFrom <= earlier.validFrom
      )
        problems.push(
          `${later.jurisdiction}: version ${later.version} must be valid after ${earlier.version}`,
        );
  if (problems.length > 0) throw new PackError(`Policy packs cannot be used.\n${problems.join('\n')}`);
  return packsOf(packs);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return (error as Error).message;
  }
}
