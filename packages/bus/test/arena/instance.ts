import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failpointExitCode } from '../../src/failpoint.ts';

/** Halves the time a process takes to start, which is what these tests mostly wait for. */
const compileCache = { NODE_COMPILE_CACHE: join(tmpdir(), 'carethread-compile-cache') };
const program = fileURLToPath(new URL('../two-services/main.ts', import.meta.url));

export interface Ending {
  name: string;
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last thing it said. */
  words: string;
}

/** One process of a test service. Starts again by itself after it ended, until it is retired. */
export class Instance {
  readonly name: string;
  readonly #role: string;
  readonly #env: Record<string, string>;
  /** Asked at each start: the fail-points of that life, as CARETHREAD_FAILPOINTS wants them. */
  failpoints: () => string = () => '';
  /** Endings that were neither ours nor a fail-point's nor the poison's. */
  readonly crashes: Ending[] = [];
  /** How often it swallowed poison that kills. */
  poisonings = 0;
  onFailpoint: (name: string) => void = () => {};
  #child: ChildProcess | undefined;
  #killedByUs = false;
  #retired = false;

  constructor(name: string, role: 'requesting' | 'answering', env: Record<string, string>) {
    this.name = name;
    this.#role = role;
    this.#env = env;
  }

  start(): void {
    if (this.#retired || this.running) return;
    this.#killedByUs = false;
    const child = spawn(process.execPath, ['--no-warnings', program, this.#role], {
      env: { ...process.env, ...compileCache, ...this.#env, CARETHREAD_FAILPOINTS: this.failpoints() },
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-4_000);
      if (process.env.VERBOSE) process.stderr.write(`${this.name} ${chunk.toString()}`);
    });
    child.on('close', (code, signal) => {
      const failpoint = /FAILPOINT (\w+)/.exec(words)?.[1];
      if (code === failpointExitCode && failpoint) this.onFailpoint(failpoint);
      else if (signal === 'SIGKILL' && !this.#killedByUs) this.poisonings++;
      else if (!this.#killedByUs) this.crashes.push({ name: this.name, code, signal, words });
      this.#child = undefined;
      this.start();
    });
    this.#child = child;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** SIGKILL; it comes back by itself. */
  kill(): void {
    this.#killedByUs = true;
    this.#child?.kill('SIGKILL');
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  /** Ends it for good. */
  async retire(): Promise<void> {
    this.#retired = true;
    const child = this.#child;
    if (!child) return;
    const closed = new Promise((resolve) => child.once('close', resolve));
    this.kill();
    await closed;
  }
}
