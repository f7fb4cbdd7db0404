import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** The service as a process of its own, which can be killed. */
export interface Instance {
  readonly port: number;
  /** Starts it, if it does not run, and waits until it is ready. */
  start(env?: Record<string, string>): Promise<void>;
  /** SIGKILL: no handler runs, nothing is finished. */
  kill(): Promise<void>;
  /** Settles when it has ended, by whatever. */
  ended(): Promise<void>;
}

/** @param logFile everything it writes, at the finest level */
export async function instance(serviceEnv: Record<string, string>, logFile: string): Promise<Instance> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  let end: Promise<void> = Promise.resolve();
  return {
    port,
    async start(more = {}) {
      if (child) return;
      const env = { ...process.env, ...serviceEnv, LOG_LEVEL: 'trace', PORT: String(port), ...more };
      const started = spawn(process.execPath, ['src/main.ts'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      child = started;
      for (const stream of [started.stdout, started.stderr])
        stream.on('data', (chunk: Buffer) => appendFileSync(logFile, chunk));
      end = new Promise((resolve) =>
        started.once('exit', () => {
          child = undefined;
          resolve();
        }),
      );
      await until(() => isReady(port).then((ready) => ready || child !== started), 'the service is ready');
    },
    async kill() {
      child?.kill('SIGKILL');
      await end;
    },
    ended: () => end,
  };
}

/** Asks every 50 ms. Fails with what was waited for when it does not come about in time. */
export async function until(holds: () => Promise<boolean>, what: string, patienceMs = 60_000): Promise<void> {
  for (const deadline = Date.now() + patienceMs; !(await holds()); await pause(50))
    if (Date.now() > deadline) throw new Error(`It was waited in vain that ${what}.`);
}

const isReady = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/health/ready`).then(
    (response) => response.ok,
    () => false,
  );

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
