import { createClient, type Client as SocketClient } from 'graphql-ws';
import WebSocket from 'ws';

export interface GraphqlError {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string };
}
// What a query answers is the test's own knowledge; the schema is checked by the gateway.
// oxlint-disable-next-line typescript/no-explicit-any
export type Data = Record<string, any>;
export interface Answer {
  data: Data | null;
  errors?: GraphqlError[];
}

/** An outside client of the platform: knows the public address and nothing else. */
export class Client {
  readonly url: string;
  readonly email: string;
  accessToken: string | null = null;
  private socket: SocketClient | undefined;

  constructor(url: string, email = 'nobody') {
    this.url = url;
    this.email = email;
  }

  /** Signs in with the demo password unless another is given. */
  static async signIn(url: string, email: string, password = 'carethread-demo'): Promise<Client> {
    const client = new Client(url, email);
    const { signIn } = await client.do(
      `mutation SignIn($input: SignInInput!) { signIn(input: $input) { session { accessToken } userErrors { code message } } }`,
      { input: { email, password } },
    );
    if (!signIn.session) throw new Error(`${email} cannot sign in: ${JSON.stringify(signIn.userErrors)}`);
    client.accessToken = signIn.session.accessToken;
    return client;
  }

  /** Asks, and answers whatever came back, errors included. */
  async ask(query: string, variables: object = {}): Promise<Answer> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(this.accessToken ? { authorization: `Bearer ${this.accessToken}` } : {}),
      },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  }

  /** Asks, and takes errors as a failure. */
  async do(query: string, variables: object = {}): Promise<Data> {
    const { data, errors } = await this.ask(query, variables);
    if (errors || !data)
      throw new Error(`${this.email}: ${JSON.stringify(errors)} in ${query.trim().slice(0, 120)}`);
    return data;
  }

  /** Runs a mutation with one input; refusals are a failure that quotes them. Answers the payload. */
  async change(mutation: string, input: object, selection: string): Promise<Data> {
    const payload = await this.tryChange(mutation, input, selection);
    if (payload['userErrors'].length > 0)
      throw new Error(`${mutation} refused: ${JSON.stringify(payload['userErrors'])}`);
    return payload;
  }

  /** As `change`, but answers refusals in `userErrors`. */
  async tryChange(mutation: string, input: object, selection: string): Promise<Data> {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
    const data = await this.do(
      `mutation Change($input: ${type}!) { ${mutation}(input: $input) { ${selection}
         userErrors { code message path currentVersion currentStatus } } }`,
      { input },
    );
    return data[mutation] as Data;
  }

  /** Follows a subscription; what arrives is collected and can be waited for. */
  watch(query: string, variables: object = {}): Watch {
    this.socket ??= createClient({
      url: this.url.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: () => ({ authorization: `Bearer ${this.accessToken}` }),
      retryAttempts: 0,
    });
    return new Watch(this.socket, query, variables);
  }

  async close(): Promise<void> {
    await this.socket?.dispose();
  }
}

/** One live subscription. */
export class Watch {
  readonly seen: Data[] = [];
  ended: unknown = null;
  readonly stop: () => void;
  private waiting: (() => void)[] = [];

  constructor(socket: SocketClient, query: string, variables: object) {
    const wake = () => this.waiting.splice(0).forEach((resolve) => resolve());
    this.stop = socket.subscribe(
      { query, variables: variables as Record<string, unknown> },
      {
        next: ({ data }) => {
          if (data) this.seen.push(data);
          wake();
        },
        error: (error) => {
          this.ended = error;
          wake();
        },
        complete: () => {
          this.ended ??= 'complete';
          wake();
        },
      },
    );
  }

  /** The first event that fits, already seen or yet to come. */
  async until(fits: (event: Data) => boolean, what: string, timeoutMs = 60_000): Promise<Data> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const hit = this.seen.find(fits);
      if (hit) return hit;
      const left = end - performance.now();
      if (left <= 0 || this.ended)
        throw new Error(
          `${what} did not arrive. Seen: ${JSON.stringify(this.seen)}; ended: ${JSON.stringify(this.ended)}`,
        );
      await this.next(left);
    }
  }

  private next(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
