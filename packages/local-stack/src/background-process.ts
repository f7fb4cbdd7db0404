import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { run } from './run.ts';

export interface BackgroundProcess {
  readonly pid: number;
  /** False once the process has ended, for whatever reason. */
  running(): boolean;
  /** Settles when the process ends, with its exit code or the signal that ended it. */
  readonly ended: Promise<string>;
  /** Sends the signals in turn, each with its time to work (ms), until the process is gone. */
  end(signals: readonly (readonly [NodeJS.Signals, number])[]): Promise<void>;
}

interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly logFile: string;
  readonly pidFile: string;
}

/**
 * Starts a process that writes to a log file and stands in a process group of its own: a Ctrl-C in the terminal reaches
 * us only, so that we can stop databases after their users and not together with them.
 */
export async function startInBackground(launch: Launch): Promise<BackgroundProcess> {
  const log = openSync(launch.logFile, 'a', 0o600);
  const child = spawn(launch.command, launch.args, {
    cwd: launch.cwd,
    env: launch.env,
    uid: launch.uid,
    gid: launch.gid,
    detached: process.platform !== 'win32',
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${launch.command} did not start`);
  child.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  await writeFile(launch.pidFile, String(pid));
  const running = () => child.exitCode === null && child.signalCode === null;
  return {
    pid,
    running,
    ended,
    end: async (signals) => {
      await endProcess(pid, running, signals);
      await rm(launch.pidFile, { force: true });
    },
  };
}

/**
 * Ends what an earlier run left behind because it was killed itself. The process number may have been given to somebody
 * else since, so the command line has to hold `marker` (our data folder or node name) before we touch it.
 */
export async function endLeftover(
  pidFile: string,
  marker: string,
  signals: readonly (readonly [NodeJS.Signals, number])[],
): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (Number.isInteger(pid) && pid > 1 && (await commandLine(pid)).includes(marker)) {
    await endProcess(pid, () => exists(pid), signals);
  }
  await rm(pidFile, { force: true });
}

async function endProcess(
  pid: number,
  running: () => boolean,
  signals: readonly (readonly [NodeJS.Signals, number])[],
): Promise<void> {
  for (const [signal, patienceMs] of signals) {
    if (!running()) return;
    send(pid, signal);
    const deadline = Date.now() + patienceMs;
    while (running() && Date.now() < deadline) await wait(15);
  }
  if (running()) throw new Error(`process ${pid} does not end`);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether a process with this number exists now. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The command line of a process, empty when there is none. */
export async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
  }
  return (await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)])).stdout;
}

/** The last lines of a log, for an error message. */
export function logTail(file: string, lines = 6): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
