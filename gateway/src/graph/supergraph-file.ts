import { readFile } from 'node:fs/promises';
import type { SupergraphManager } from '@apollo/gateway';
import { ConfigError } from '@carethread/service-kit/config.ts';
import type { Log } from '@carethread/service-kit/log.ts';
import { followFiles } from '../follow-files.ts';
import type { GatewayMetrics } from '../metrics.ts';

/** Gives the gateway its composed graph from a file and every later version of it. */
export class SupergraphFile implements SupergraphManager {
  readonly #path: string;
  readonly #log: Log;
  readonly #metrics: GatewayMetrics;
  #sdl = '';
  #update: (sdl: string) => void = () => {};

  constructor(path: string, log: Log, metrics: GatewayMetrics) {
    this.#path = path;
    this.#log = log;
    this.#metrics = metrics;
  }

  async initialize({ update }: { update: (sdl: string) => void }) {
    this.#sdl = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new ConfigError(`The supergraph ${this.#path} cannot be read (${error.code}): compose it first.`);
    });
    this.#update = update;
    const stop = followFiles(() => this.check());
    return { supergraphSdl: this.#sdl, cleanup: async () => stop() };
  }

  /** Takes over a changed file; a file that is missing or broken is reported once and the graph stays as it is. */
  async check(): Promise<void> {
    const sdl = await readFile(this.#path, 'utf8').catch(() => this.#sdl);
    if (sdl === this.#sdl) return;
    this.#sdl = sdl;
    try {
      this.#update(sdl);
      this.#metrics.supergraphReloads.inc({ outcome: 'taken' });
      this.#log.info({ file: this.#path }, 'supergraph reloaded');
    } catch (error) {
      this.#metrics.supergraphReloads.inc({ outcome: 'refused' });
      this.#log.error({ error, file: this.#path }, 'supergraph refused, the former one stays in use');
    }
  }
}
