import { setTimeout as wait } from 'node:timers/promises';

/** What a broker user may do in one virtual host; each is a regular expression over exchange and queue names. */
export interface BrokerPermissions {
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

export interface BrokerAdmin {
  /** AMQP address of the administrator, in the default virtual host. */
  readonly adminAmqpUrl: string;
  /** Base address of the management API, without credentials. */
  readonly managementUrl: string;
  amqpUrl(login: { user: string; password: string; vhost: string }): string;
  /** The administrator's own address in a virtual host. */
  adminUrlIn(vhost: string): string;
  createVhost(name: string): Promise<void>;
  deleteVhost(name: string): Promise<void>;
  /** Creates a user without any tag (no access to the management API), or gives an existing one this password. */
  createUser(name: string, password: string): Promise<void>;
  permit(vhost: string, user: string, permissions: BrokerPermissions): Promise<void>;
  /** Limits the routing keys a user may publish with to one topic exchange. */
  permitTopics(
    vhost: string,
    user: string,
    exchange: string,
    keys: { write: string; read: string },
  ): Promise<void>;
  /** One call to the management API; null for an object that does not exist. `path` follows `/api/`. */
  request(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Whether the API answers this administrator now. */
  answers(): Promise<boolean>;
}

/** The administrator of a broker, through RabbitMQ's management API. Credentials are taken from the AMQP address. */
export function brokerAdmin({
  adminAmqpUrl,
  managementUrl,
}: {
  adminAmqpUrl: string;
  managementUrl: string;
}): BrokerAdmin {
  const { username, password } = new URL(adminAmqpUrl);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const headers = {
    authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
    'content-type': 'application/json',
  };

  async function request(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(new URL(`/api/${path}`, managementUrl), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    const text = await response.text();
    if (response.status === 404 && method !== 'PUT') return null;
    if (!response.ok)
      throw new Error(`RabbitMQ refused ${method} /api/${path}: ${response.status} ${text.slice(0, 300)}`);
    return text === '' ? null : (JSON.parse(text) as unknown);
  }

  function amqpUrl({
    user,
    password: secret,
    vhost,
  }: {
    user: string;
    password: string;
    vhost: string;
  }): string {
    const url = new URL(adminAmqpUrl);
    url.username = encodeURIComponent(user);
    url.password = encodeURIComponent(secret);
    url.pathname = `/${encodeURIComponent(vhost)}`;
    return url.href;
  }

  const name = encodeURIComponent;
  return {
    adminAmqpUrl,
    managementUrl,
    request,
    amqpUrl,
    adminUrlIn: (vhost) =>
      amqpUrl({ user: decodeURIComponent(username), password: decodeURIComponent(password), vhost }),
    createVhost: async (vhost) => {
      await request('PUT', `vhosts/${name(vhost)}`);
      const all: BrokerPermissions = { configure: '.*', write: '.*', read: '.*' };
      await request('PUT', `permissions/${name(vhost)}/${username}`, all);
    },
    deleteVhost: async (vhost) => void (await request('DELETE', `vhosts/${name(vhost)}`)),
    createUser: async (user, secret) =>
      void (await request('PUT', `users/${name(user)}`, { password: secret, tags: '' })),
    permit: async (vhost, user, permissions) =>
      void (await request('PUT', `permissions/${name(vhost)}/${name(user)}`, permissions)),
    permitTopics: async (vhost, user, exchange, keys) =>
      void (await request('PUT', `topic-permissions/${name(vhost)}/${name(user)}`, { exchange, ...keys })),
    answers: () =>
      request('GET', 'whoami').then(
        (answer) => answer !== null,
        () => false,
      ),
  };
}

/** Waits until the management API answers; false when `alive` turned false or the time (ms) is over. */
export async function untilBrokerAnswers(
  admin: BrokerAdmin,
  alive: () => boolean,
  patienceMs: number,
): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline && alive()) {
    if (await admin.answers()) return true;
    await wait(50);
  }
  return false;
}
