import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { PostgresAccount, PostgresBinaries } from './postgres-binaries.ts';
import { run } from './run.ts';

export interface PostgresLocation {
  readonly cluster: string;
  readonly binaries: PostgresBinaries;
}

/** Used only when we are root and the repository lies where PostgreSQL's account cannot go, such as /root. */
const publicFolder = '/var/lib/carethread';

/**
 * Where the data and the programs are. Normally in `folder` and in node_modules; what PostgreSQL's account cannot reach
 * there is put into /var/lib/carethread, with a link from `folder`.
 */
export async function locatePostgres(
  folder: string,
  installed: PostgresBinaries,
  account: PostgresAccount,
  say: (line: string) => void,
): Promise<PostgresLocation> {
  const cluster = join(folder, 'cluster');
  if (account.uid === undefined) return { cluster, binaries: installed };
  const [folderReached, programReached] = await Promise.all([
    run('/bin/sh', ['-c', 'cd "$0"', folder], { ...account, cwd: '/' }),
    run(installed.postgres, ['--version'], { ...account, cwd: '/' }),
  ]);
  return {
    cluster: folderReached.code === 0 ? cluster : await clusterElsewhere(folder, cluster, say),
    binaries: programReached.code === 0 ? installed : await programsElsewhere(installed, say),
  };
}

/** Removes the data of a cluster that was put elsewhere, if it was. */
export async function removeClusterElsewhere(folder: string): Promise<void> {
  const target = await readlink(join(folder, 'cluster')).catch(() => null);
  if (target?.startsWith(`${publicFolder}/`)) await rm(dirname(target), { recursive: true, force: true });
}

async function clusterElsewhere(folder: string, link: string, say: (line: string) => void): Promise<string> {
  const digest = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const cluster = join(publicFolder, digest, 'cluster');
  await makePassable(dirname(cluster));
  if ((await readlink(link).catch(() => null)) !== cluster) {
    say(`the system user postgres may not enter ${folder}; its data is in ${cluster}`);
    await rm(link, { recursive: true, force: true });
    await symlink(cluster, link);
  }
  return cluster;
}

async function programsElsewhere(
  installed: PostgresBinaries,
  say: (line: string) => void,
): Promise<PostgresBinaries> {
  // <package>/native/bin/postgres, which finds its libraries by the relative path ../lib.
  const native = dirname(dirname(installed.postgres));
  const version = (await run(installed.postgres, ['--version'])).stdout.trim().replaceAll(/[^\w.]+/g, '-');
  const copy = join(publicFolder, version);
  if (!existsSync(copy)) {
    say(`copying PostgreSQL's programs to ${copy}, where the system user postgres can run them`);
    await makePassable(publicFolder);
    const draft = `${copy}.${process.pid}`;
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    await run('chmod', ['-R', 'a+rX', draft]);
    await rename(draft, copy).catch(() => rm(draft, { recursive: true, force: true }));
  }
  const at = (program: string) => join(copy, relative(native, program));
  return { postgres: at(installed.postgres), initdb: at(installed.initdb) };
}

async function makePassable(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(publicFolder, 0o755);
  if (folder !== publicFolder) await chmod(folder, 0o711);
}
