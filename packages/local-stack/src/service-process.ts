import { renameSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { endLeftover, logTail, startInBackground, type BackgroundProcess } from './background-process.ts';

export interface ServiceProcess {
  readonly name: string;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly logFile: string;
  /** Process number now, or null while it is down. */
  pid(): number | null;
  /** Starts it unless it runs. Returns at once; see `untilReady`. */
  start(): Promise<void>;
  /** Waits until /health/ready answers 200. Rejects with the end of its log when it does not in time (ms). */
  untilReady(patienceMs?: number): Promise<void>;
  /** Sends a signal. A process that dies of it is started again, as after any crash. */
  signal(signal: NodeJS.Signals): void;
  /** Ends it (SIGTERM, after 8 s SIGKILL) and leaves it down. */
  stop(): Promise<void>;
  /** Ends it and starts it with these settings over its own, which count until the next restart. */
  restart(settings?: NodeJS.ProcessEnv): Promise<void>;
}

export interface ServiceProcessOptions {
  readonly name: string;
  /** Absolute path of its main.ts. */
  readonly main: string;
  readonly url: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  readonly pidFile: string;
  readonly note: (line: string) => void;
}

const shutdown = [
  ['SIGTERM', 8_000],
  ['SIGKILL', 3_000],
] as const;

const firstPauseMs = 250;
const longestPauseMs = 10_000;
/** Exit code of a process whose environment is wrong: starting it again changes nothing. */
const wrongEnvironment = 'exit code 2';

/** A child process that is started again when it crashes, after a pause that doubles while the crashes go on. */
export function serviceProcess(options: ServiceProcessOptions): ServiceProcess {
  const { name, main, url, env, logFile, pidFile, note } = options;
  let child: BackgroundProcess | null = null;
  let wanted = false;
  let pauseMs = firstPauseMs;
  let current = env;
  let gaveUp = false;

  async function start(): Promise<void> {
    if (wanted) return;
    wanted = true;
    gaveUp = false;
    await endLeftover(pidFile, main, shutdown);
    keepOneOldLog(logFile);
    await launch();
  }

  async function launch(): Promise<void> {
    const startedAt = Date.now();
    const launched = await startInBackground({
      command: process.execPath,
      args: [main],
      env: current,
      logFile,
      pidFile,
    });
    child = launched;
    // stop() may have come while it was being started.
    if (!wanted) return launched.end(shutdown);
    void launched.ended.then((reason) => afterEnd(launched, reason, Date.now() - startedAt));
  }

  async function afterEnd(ended: BackgroundProcess, reason: string, livedMs: number): Promise<void> {
    if (!wanted || child !== ended) return;
    gaveUp = reason === wrongEnvironment;
    if (gaveUp) return note(`${name} cannot run with these settings; see ${logFile}`);
    if (livedMs > 30_000) pauseMs = firstPauseMs;
    note(
      `${name} ended unexpectedly (${reason}); starting it again in ${pauseMs / 1_000} s. Its log: ${logFile}`,
    );
    await wait(pauseMs);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    if (!wanted || child !== ended) return;
    await launch();
    await untilReady().then(
      () => note(`${name} runs again`),
      // It ended once more, which is told by itself, or was stopped.
      () => undefined,
    );
  }

  async function untilReady(patienceMs = 120_000): Promise<void> {
    const deadline = Date.now() + patienceMs;
    let answer = 'no answer';
    while (Date.now() < deadline && wanted && !gaveUp) {
      const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(
        () => null,
      );
      if (response?.ok) return;
      answer = response ? `${response.status} ${await response.text()}` : 'no answer';
      await wait(50);
    }
    throw new Error(
      `${name} is not ready (/health/ready: ${answer}). The end of ${logFile}:\n${logTail(logFile, 12)}`,
    );
  }

  async function stop(): Promise<void> {
    wanted = false;
    await child?.end(shutdown);
  }

  return {
    name,
    url,
    logFile,
    pid: () => (child?.running() ? child.pid : null),
    start,
    untilReady,
    signal: (signal) => {
      if (child?.running()) process.kill(child.pid, signal);
    },
    stop,
    restart: async (settings = {}) => {
      await stop();
      current = { ...env, ...settings };
      await start();
    },
  };
}

function keepOneOldLog(logFile: string): void {
  try {
    renameSync(logFile, `${logFile}.previous`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
