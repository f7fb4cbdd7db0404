const pollMs = 1_000;

/**
 * Looks again and again whether files have changed, until it is stopped. Reading is so cheap that texts themselves are
 * compared: the time of a change does not tell apart two writes within its resolution.
 */
export function followFiles(check: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const schedule = () => {
    if (stopped) return;
    // Instances that share files do not all act on a change in the same moment.
    const pause = pollMs * (0.75 + Math.random() / 2);
    timer = setTimeout(() => void check().finally(schedule), pause).unref();
  };
  schedule();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
