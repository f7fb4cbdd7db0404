import { pause } from '../src/pause.ts';

/** Waits for what happens in another process, where there is nothing to listen to. Throws after `patienceMs`. */
export async function waitUntil(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  patienceMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain: ${what}.`);
    await pause(5);
  }
}
