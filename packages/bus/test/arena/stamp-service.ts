import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An outside service: gives each key one stamp and repeats it whenever asked again. */
export class StampService {
  readonly #server: Server;
  readonly stamps = new Map<string, string>();
  calls = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      this.calls++;
      const key = (request.url ?? '').slice(1);
      const stamp = this.stamps.get(key) ?? randomUUID();
      this.stamps.set(key, stamp);
      response.end(stamp);
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
