import pc from 'picocolors';

/** Tells people what is going on. */
export interface Progress {
  /** Runs a piece of work and reports its end with the time it took; a failure is passed on. */
  step<Result>(label: string, work: () => Promise<Result>): Promise<Result>;
  note(line: string): void;
}

/** One line for each step, when it is done. */
export const onConsole: Progress = {
  async step(label, work) {
    const startedAt = performance.now();
    const result = await work();
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    console.log(`${pc.green('✓')} ${label} ${pc.dim(`${seconds} s`)}`);
    return result;
  },
  note: (line) => console.log(`  ${pc.dim(line)}`),
};

export const silent: Progress = { step: (_, work) => work(), note: () => undefined };
