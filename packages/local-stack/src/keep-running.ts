import { setTimeout as wait } from 'node:timers/promises';

interface Server {
  start(): Promise<void>;
  ended(): Promise<string>;
}

const pauseMs = 500;
const attempts = 5;

/**
 * Starts a database again whenever it ends, until `stopping` fires. Gives up after five starts in a row that failed:
 * what is wrong then needs a person.
 */
export async function keepRunning(
  name: string,
  server: Server,
  stopping: AbortSignal,
  note: (line: string) => void,
): Promise<void> {
  for (let failures = 0; failures < attempts;) {
    const reason = await server.ended();
    if (stopping.aborted) return;
    note(`${name} ended unexpectedly (${reason}); starting it again`);
    try {
      await server.start();
      failures = 0;
      note(`${name} runs again`);
    } catch (error) {
      failures += 1;
      note((error as Error).message);
      await wait(pauseMs * 2 ** failures);
    }
  }
  note(`${name} does not start any more; stop with Ctrl-C, look at its log, and start again`);
}
