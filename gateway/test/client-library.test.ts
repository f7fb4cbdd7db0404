import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CarethreadClient } from '@carethread/client/client.ts';
import type { FeedEnd } from '@carethread/client/live/follow.ts';
import type { TransportName } from '@carethread/client/live/transport.ts';
import { until as untilState } from '@carethread/client/observable.ts';
import { SessionRevoked } from '@carethread/contracts/events/identity.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { careSources } from './fixtures/care-schema.ts';
import { type CuttableLine, cuttableLine } from './fixtures/cuttable-line.ts';
import { anActor } from './fixtures/identity-provider.ts';
import { type LivePlatform, messageEvents, startLivePlatform } from './fixtures/live-platform.ts';
import { until } from './fixtures/until.ts';

/** `npm run cuts` asks for more. */
const cuts = Number(process.env['CARETHREAD_CUTS'] ?? 25);

interface Event {
  __typename: string;
  cursor: number;
}

describe('the client library', () => {
  let platform: LivePlatform;
  let line: CuttableLine;
  const clients: CarethreadClient[] = [];
  beforeAll(async () => {
    platform = await startLivePlatform();
    line = await cuttableLine(platform.url);
  });
  afterAll(async () => {
    await line.stop();
    await platform.stop();
  });
  afterEach(async () => {
    line.mend();
    for (const client of clients.splice(0)) client.close();
    await platform.subscriptions(0);
  });

  const connect = async (actor: Actor, transports: TransportName[], options: object = {}) => {
    const client = new CarethreadClient({ url: line.url, transports, ...options });
    const { userId, membershipId, organisationId, role } = actor;
    await client.session.adopt({
      accessToken: platform.token(actor),
      refreshToken: 'none',
      expiresAt: new Date(Date.now() + 600_000).toISOString(),
      as: { userId, membershipId, organisationId, role },
    });
    clients.push(client);
    return client;
  };
  const listen = (client: CarethreadClient, threadId: string, after: number | null = 0) => {
    const heard: number[] = [];
    const stop = new AbortController();
    const ended: Promise<FeedEnd> = client.follow<Event>({
      query: messageEvents,
      variables: { id: threadId },
      after,
      cursor: (event) => event.cursor,
      onEvent: ({ cursor }) => heard.push(cursor),
      onResync: async () => platform.world.threads.get(threadId)!.messages.length,
      signal: stop.signal,
    });
    return { heard, ended, stop };
  };
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

  it.each<TransportName>(['websocket', 'sse', 'polling'])(
    'loses and doubles nothing over a %s line that is cut again and again',
    async (transport) => {
      const actor = anActor();
      const thread = platform.world.openThread(actor.userId);
      const { heard, ended, stop } = listen(await connect(actor, [transport]), thread.id);
      for (let cut = 1; cut <= cuts; cut += 1) {
        const posts = 1 + Math.floor(Math.random() * 3);
        for (let post = 0; post < posts; post += 1) await platform.post(thread, actor.userId, 'one more');
        line.cut();
        await platform.post(thread, actor.userId, 'while it is cut');
        line.mend();
        // Half of the cuts come while the client is still catching up.
        if (cut % 2 === 0) await until(() => heard.length === thread.messages.length, `cut ${cut}`);
      }
      await until(() => heard.length >= thread.messages.length, 'all messages');
      expect(heard).toEqual(numbers(thread.messages.length));
      stop.abort();
      expect(await ended).toEqual({ kind: 'stopped' });
    },
    600_000,
  );

  it('goes on through gateways, services and schemas that come and go', async () => {
    const other = await platform.anotherGateway();
    const { port } = other;
    const lineToOther = await cuttableLine(`http://127.0.0.1:${port}/graphql`);
    const gateways = [other];
    const disturbances: Record<string, () => Promise<unknown>> = {
      'its gateway is restarted': async () => {
        await gateways.pop()!.stop();
        await platform.post(thread, actor.userId, 'while it is away');
        gateways.push(await platform.anotherGateway({ port }));
      },
      'messaging is restarted': async () => {
        await platform.services.messaging.stop();
        await platform.post(thread, actor.userId, 'while messaging is away');
        await platform.services.messaging.start();
      },
      'the schema changes': () =>
        platform.recompose([
          ...careSources,
          { name: `more${(schemas += 1)}`, sdl: `type Query { more${schemas}: Int @auth }` },
        ]),
      'the line is cut': async () => {
        lineToOther.cut();
        await platform.post(thread, actor.userId, 'while it is cut');
        lineToOther.mend();
      },
      'the broker is away': async () => {
        platform.bus.line.cut();
        await platform.post(thread, actor.userId, 'while nobody hears');
        platform.bus.line.mend();
      },
    };
    let schemas = 0;
    const actor = anActor();
    const thread = platform.world.openThread(actor.userId);
    const at = lineToOther.url;
    const feeds = await Promise.all(
      (['websocket', 'sse', 'polling'] as const).map(async (transport) =>
        listen(await connect(actor, [transport], { url: at }), thread.id),
      ),
    );
    for (let round = 0; round < Math.ceil(cuts / 25); round += 1)
      for (const [what, disturb] of Object.entries(disturbances)) {
        await platform.post(thread, actor.userId, 'before');
        await disturb();
        await platform.post(thread, actor.userId, 'after');
        await until(() => feeds.every(({ heard }) => heard.length >= thread.messages.length), what);
      }
    for (const { heard, stop, ended } of feeds) {
      expect(heard).toEqual(numbers(thread.messages.length));
      stop.abort();
      expect(await ended).toEqual({ kind: 'stopped' });
    }
    await lineToOther.stop();
    await gateways.pop()!.stop();
  }, 600_000);

  it('takes the next way when one does not open, and says which one it uses', async () => {
    const actor = anActor();
    const thread = platform.world.openThread(actor.userId);
    const closed = class extends WebSocket {
      constructor() {
        // A port where nobody listens, as behind a proxy that lets no WebSocket through.
        super('ws://127.0.0.1:9');
      }
    };
    const client = await connect(actor, ['websocket', 'sse', 'polling'], { WebSocket: closed });
    expect(client.connection.state.get()).toEqual({ status: 'idle' });
    const { heard } = listen(client, thread.id);
    await platform.post(thread, actor.userId, 'hello');
    await until(() => heard.length === 1, 'the message');
    expect(client.connection.state.get()).toEqual({ status: 'live', transport: 'sse' });
  });

  it('polls where nothing streams', async () => {
    const actor = anActor();
    const thread = platform.world.openThread(actor.userId);
    const noStreams: typeof fetch = async (address, init) => {
      if (typeof address === 'string' && address.endsWith('/stream'))
        throw new TypeError('cut off by a proxy');
      return fetch(address, init);
    };
    const client = await connect(actor, ['sse', 'polling'], { fetch: noStreams });
    const { heard } = listen(client, thread.id);
    for (let count = 1; count <= 3; count += 1) {
      await platform.post(thread, actor.userId, 'hello');
      await until(() => heard.length === count, `message ${count}`);
    }
    expect(client.connection.state.get()).toEqual({ status: 'live', transport: 'polling' });
  });

  it('ends when the session ends, and says that one has to sign in', async () => {
    const actor = anActor();
    const thread = platform.world.openThread(actor.userId);
    const client = await connect(actor, ['websocket']);
    const { ended } = listen(client, thread.id, null);
    // Live before all else: what others have left behind is a subscription, too.
    await untilState(client.connection.state, ({ status }) => status === 'live');
    await platform.subscriptions(1);
    const { sessionId, userId } = actor;
    const data = { sessionId, userId };
    const refusing = untilState(client.connection.state, ({ status }) => status !== 'live');
    await platform.bus.publish(SessionRevoked, { aggregateId: sessionId, sequence: 2, data });
    await refusing;
    await client.session.forget();
    expect(await ended).toEqual({ kind: 'signed-out' });
    expect(client.connection.state.get()).toEqual({ status: 'signed-out' });
  });

  it('ends a feed that is not, or no longer, the listener’s', async () => {
    const client = await connect(anActor(), ['websocket']);
    expect(await listen(client, platform.world.openThread().id).ended).toMatchObject({
      kind: 'refused',
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    });
  });

  it('reads anew when it missed more than the feed remembers', async () => {
    const actor = anActor();
    const thread = platform.world.openThread(actor.userId);
    for (let count = 0; count < 150; count += 1) platform.world.post(thread, actor.userId, 'old');
    const { heard } = listen(await connect(actor, ['websocket']), thread.id, 1);
    await platform.subscriptions(1);
    await until(async () => {
      await platform.post(thread, actor.userId, 'new');
      return heard.length > 0;
    }, 'a new message');
    expect(heard[0]).toBeGreaterThan(150);
  });
});
