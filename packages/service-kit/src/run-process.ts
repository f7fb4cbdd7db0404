import { ConfigError } from './config.ts';

/**
 * The whole of a main.ts: builds, starts, and stops on SIGINT or SIGTERM. A wrong environment ends with exit code 2 and
 * one message that lists every problem.
 */
export async function runProcess(
  create: () => { start(): Promise<void>; stop(): Promise<void> },
): Promise<void> {
  try {
    const service = create();
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void service.stop().then(() => process.exit(0)));
    await service.start();
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exit(error instanceof ConfigError ? 2 : 1);
  }
}
