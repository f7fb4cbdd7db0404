import { pause } from '../src/pause.ts';

/** Waits for what happens in another process, where there is nothing to listen to. Throws after ten seconds. */
export async function waitUntil(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain: ${what}.`);
    await pause(5);
  }
}
