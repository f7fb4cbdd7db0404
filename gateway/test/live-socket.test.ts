import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { Actor } from '@carethread/contracts/actor.ts';
import { accessToken, anActor, newSigningKey } from './fixtures/identity-provider.ts';
import { type LiveAnswer, liveClient } from './fixtures/live-client.ts';
import { type LivePlatform, messageEvents, startLivePlatform } from './fixtures/live-platform.ts';
import { until } from './fixtures/until.ts';

const inbox = 'subscription { inboxEvents { kind } }';
const seconds = () => Math.floor(Date.now() / 1000);

describe('a live connection', () => {
  let platform: LivePlatform;
  beforeAll(async () => {
    platform = await startLivePlatform();
  });
  afterAll(() => platform.stop());
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.terminate();
    await platform.disconnectAll();
  });

  const sockets: WebSocket[] = [];
  const bare = async (protocol: string | string[] = 'graphql-transport-ws', options: object = {}) => {
    const socket = new WebSocket(platform.url.replace('http', 'ws'), protocol, options);
    sockets.push(socket);
    await once(socket, 'open');
    return socket;
  };
  const closeOf = async (socket: WebSocket) => (await once(socket, 'close'))[0] as number;

  it.each<[string, (actor: Actor) => string | undefined]>([
    ['no token', () => undefined],
    ['an expired one', (actor) => platform.token(actor, { claims: { exp: seconds() - 60 } })],
    ['one of another key', (actor) => accessToken(actor, newSigningKey())],
    ['an internal one', (actor) => platform.token(actor, { header: { typ: 'ct-internal+jwt' } })],
    ['rubbish', () => 'rubbish'],
  ])('is closed as forbidden with %s', async (_, token) => {
    const client = liveClient(platform.url, token(anActor()));
    expect((await client.closed).code).toBe(4403);
  });

  it('is closed as forbidden when its token runs out', async () => {
    // Five seconds of tolerance for clocks that differ are part of a token's life.
    const token = platform.token(anActor(), { claims: { exp: seconds() - 4 } });
    const client = liveClient(platform.url, token);
    client.subscribe(inbox);
    expect(await client.closed).toEqual(expect.objectContaining({ code: 4403, reason: 'Token expired' }));
    await platform.subscriptions(0);
  });

  it('lives on with a renewed token of the same person', async () => {
    const actor = anActor();
    const thread = platform.world.openThread(actor.userId);
    const client = liveClient(platform.url, platform.token(actor, { claims: { exp: seconds() - 4 } }));
    const stream = client.subscribe(messageEvents, { id: thread.id });
    await platform.subscriptions(1);
    client.ping({ authorization: `Bearer ${platform.token(actor)}` });
    const outlived = liveClient(platform.url, platform.token(actor, { claims: { exp: seconds() - 4 } }));
    await outlived.closed;
    await platform.post(thread, actor.userId, 'still here');
    expect(await stream.next()).toMatchObject({ data: { messageEvents: { cursor: 1 } } });
    client.stop();
  });

  it.each<[string, (actor: Actor) => string]>([
    ['somebody else', () => platform.token(anActor())],
    ['another membership', (actor) => platform.token({ ...actor, membershipId: anActor().membershipId })],
    ['nobody', () => 'rubbish'],
  ])('is not renewed with the token of %s', async (_, token) => {
    const actor = anActor();
    const client = platform.connect(actor);
    client.subscribe(inbox);
    await platform.subscriptions(1);
    client.ping({ authorization: `Bearer ${token(actor)}` });
    expect((await client.closed).code).toBe(4403);
  });

  it('does not echo a token', async () => {
    const socket = await bare();
    const token = platform.token(anActor());
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    await once(socket, 'message');
    socket.send(JSON.stringify({ type: 'ping', payload: { authorization: `Bearer ${token}` } }));
    const [pong] = (await once(socket, 'message')) as [Buffer];
    expect(String(pong)).toBe('{"type":"pong"}');
  });

  it('is open to known pages and to programs, not to foreign pages', async () => {
    const own = new URL(platform.url).origin;
    await expect(bare(undefined, { origin: own })).resolves.toBeInstanceOf(WebSocket);
    await expect(bare(undefined, { origin: 'https://evil.example' })).rejects.toThrow('403');
  });

  it('is nowhere but at the address of queries', async () => {
    const socket = new WebSocket(
      platform.url.replace('http', 'ws').replace('/graphql', '/other'),
      'graphql-transport-ws',
    );
    await expect(once(socket, 'open')).rejects.toThrow('404');
  });

  it('survives an address that is none', async () => {
    const { port } = new URL(platform.url);
    const socket = connect(Number(port), '127.0.0.1');
    const handshake = 'upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13';
    socket.end(
      `GET // HTTP/1.1\r\nhost: x\r\n${handshake}\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1.1 404 /);
  });

  it('is closed when it speaks another protocol, nonsense, too much, or out of turn', async () => {
    expect(await closeOf(await bare([]))).toBe(4406);
    const nonsense = await bare();
    nonsense.send('hello');
    expect(await closeOf(nonsense)).toBe(4400);
    const large = await bare();
    large.send('x'.repeat(70_000));
    expect(await closeOf(large)).toBe(1009);
    const early = await bare();
    early.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: inbox } }));
    expect(await closeOf(early)).toBe(4401);
  });

  it('is closed when it does not begin within three seconds', async () => {
    expect(await closeOf(await bare())).toBe(4408);
  });

  it('holds fifty subscriptions', async () => {
    const client = platform.connect(anActor());
    for (let count = 0; count < 50; count += 1) client.subscribe(inbox);
    await platform.subscriptions(50);
    const refused = await client.subscribe(inbox).ended;
    expect(refused).toMatchObject([{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }]);
  });

  it.each([
    ['a query', '{ me { id } }', 'BAD_REQUEST'],
    ['the twin of a subscription', '{ _live_inboxEvents { kind } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['what is not GraphQL', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', 'subscription { inboxEvents { knd } }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'two fields at once',
      'subscription { inboxEvents { kind } pharmacyTicketEvents { kind } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'too deep a selection',
      `subscription { inboxEvents { message { author ${'{ friends(first: 1) { edges { node '.repeat(4)}{ id }${'} } }'.repeat(4)} } } }`,
      'LIMIT_EXCEEDED',
    ],
    [
      'too large a page',
      'subscription { inboxEvents { message { author { friends(first: 500) { edges { node { id } } } } } } }',
      'LIMIT_EXCEEDED',
    ],
  ])('refuses %s', async (_, query, code) => {
    const errors = await platform.connect(anActor()).subscribe(query).ended;
    expect(errors).toMatchObject([{ extensions: { code } }]);
    expect(JSON.stringify(errors)).not.toContain('Did you mean');
  });

  it('refuses a form it cannot deliver, and stays open', async () => {
    const client = platform.connect(anActor());
    const throughFragment = 'subscription { ...S } fragment S on Subscription { inboxEvents { kind } }';
    const refused = { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] };
    expect(await client.subscribe(throughFragment).next()).toMatchObject(refused);
    client.subscribe(inbox);
    await platform.subscriptions(1);
  });

  it('refuses variables that do not fit', async () => {
    const { errors } = await platform.connect(anActor()).subscribe(messageEvents, { id: null }).next();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('lets go of everything when a subscription or the socket ends, even while nothing happens', async () => {
    const actor = anActor();
    const thread = platform.world.openThread(actor.userId);
    const client = platform.connect(actor);
    const streams = Array.from({ length: 5 }, () => client.subscribe(messageEvents, { id: thread.id }));
    await platform.subscriptions(5);
    streams[0]!.stop();
    await platform.subscriptions(4);
    (await client.socket).terminate();
    await platform.subscriptions(0);
    expect(platform.gateway.live.subscriptions).toBe(0);
  });

  it('that does not read costs little, and is told to come back', async () => {
    const actor = anActor();
    const thread = platform.world.openThread(actor.userId);
    const client = platform.connect(actor);
    const stream = client.subscribe(messageEvents, { id: thread.id });
    await platform.subscriptions(1);
    const socket = await client.socket;
    socket.pause();
    const text = 'x'.repeat(50_000);
    // Its subscription is gone from the hub as soon as its mailbox overflows, though the socket has not moved.
    for (let post = 0; post < 1_500 && !stream.waiting; post += 1)
      await platform.post(thread, actor.userId, text);
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(100_000_000);
    socket.resume();
    let last: LiveAnswer['data'];
    const heard = async () =>
      (last = (await stream.next()).data)?.['messageEvents']?.__typename === 'ResyncRequired';
    await until(heard, 'the resync');
    expect(last?.['messageEvents']?.reason).toBe('SLOW_CONSUMER');
    await stream.ended;
  });
});

describe('a gateway that stops', () => {
  it('asks its clients to connect again', async () => {
    const platform = await startLivePlatform();
    const client = platform.connect(anActor());
    client.subscribe(inbox);
    await platform.subscriptions(1);
    const stopped = platform.gateway.stop();
    expect((await client.closed).code).toBe(1012);
    await stopped;
    await platform.stop();
  });
});
