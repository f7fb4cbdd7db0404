import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLine } from './background-process.ts';

interface Holder {
  readonly pid: number;
  readonly command: string;
  readonly url: string;
}

const lockFileOf = (folder: string) => join(folder, 'running.json');

/** The platform that runs on this data folder now, or null. */
export async function whoRuns(folder: string): Promise<Holder | null> {
  const text = await readFile(lockFileOf(folder), 'utf8').catch(() => null);
  if (text === null) return null;
  const holder = JSON.parse(text) as Holder;
  // The number alone may belong to another program by now.
  const alive = (await commandLine(holder.pid)) === holder.command && holder.command !== '';
  return alive ? holder : null;
}

/** Whether a platform ran on this folder and ended without giving it back. */
export const isAbandoned = async (folder: string) =>
  existsSync(lockFileOf(folder)) && (await whoRuns(folder)) === null;

/** Thrown when another platform runs on the same data folder. */
export class AlreadyRunning extends Error {
  override name = 'AlreadyRunning';
}

export interface RunLock {
  /** Tells the others where the platform answers. */
  announce(url: string): Promise<void>;
  release(): Promise<void>;
}

/** Throws AlreadyRunning, with what to do, when a platform runs on this folder. */
export async function refuseIfRunning(folder: string): Promise<void> {
  const holder = await whoRuns(folder);
  if (!holder) return;
  throw new AlreadyRunning(
    `Carethread already runs on ${folder} (process ${holder.pid}): ${holder.url}\n` +
      'Stop it there with Ctrl-C, or start a second one beside it: DATA_DIR=<another folder> PORT=<another port> npm start',
  );
}

/** Takes a data folder for this process, or throws AlreadyRunning. */
export async function lockFolder(folder: string): Promise<RunLock> {
  await refuseIfRunning(folder);
  const file = lockFileOf(folder);
  await rm(file, { force: true });
  const me: Holder = { pid: process.pid, command: await commandLine(process.pid), url: 'still starting' };
  try {
    await writeFile(file, JSON.stringify(me), { flag: 'wx' });
  } catch {
    throw new AlreadyRunning(`Another start on ${folder} is under way; try again in a moment.`);
  }
  return {
    announce: (url) => writeFile(file, JSON.stringify({ ...me, url })),
    release: () => rm(file, { force: true }),
  };
}
