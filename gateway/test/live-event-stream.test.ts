import { type IncomingMessage, request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { SessionRevoked } from '@carethread/contracts/events/identity.ts';
import { type Client, createClient } from 'graphql-sse';
import { anActor } from './fixtures/identity-provider.ts';
import type { LiveAnswer } from './fixtures/live-client.ts';
import { type LivePlatform, messageEvents, startLivePlatform } from './fixtures/live-platform.ts';
import { until } from './fixtures/until.ts';

describe('an event stream', () => {
  let platform: LivePlatform;
  const clients: Client[] = [];
  beforeAll(async () => {
    platform = await startLivePlatform();
  });
  afterAll(() => platform.stop());
  afterEach(async () => {
    for (const client of clients.splice(0)) client.dispose();
    await platform.subscriptions(0);
  });

  const address = () => `${platform.url}/stream`;
  const follow = (actor: Actor, query: string, variables: Record<string, unknown>, options: object = {}) => {
    const client = createClient({
      url: address(),
      retryAttempts: 0,
      headers: { authorization: `Bearer ${platform.token(actor, options)}` },
    });
    clients.push(client);
    const heard: LiveAnswer[] = [];
    const ended = new Promise<unknown>((resolve) =>
      client.subscribe(
        { query, variables },
        { next: (answer) => heard.push(answer as LiveAnswer), error: resolve, complete: () => resolve(null) },
      ),
    );
    return { heard, ended };
  };
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(address(), {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
      body: JSON.stringify(body),
    });
  const bearer = (actor: Actor) => ({ authorization: `Bearer ${platform.token(actor)}` });

  it('gives what was missed and what comes, once each and in order', async () => {
    const actor = anActor();
    const thread = platform.world.openThread(actor.userId);
    for (let count = 0; count < 5; count += 1) await platform.post(thread, actor.userId, 'before');
    const { heard } = follow(actor, messageEvents, { id: thread.id, after: 2 });
    for (let count = 0; count < 5; count += 1) await platform.post(thread, actor.userId, 'meanwhile');
    await until(() => heard.length >= 8, 'eight messages');
    expect(heard.map(({ data }) => data?.['messageEvents']?.cursor)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('says the same as a WebSocket to those who may not listen', async () => {
    const { heard, ended } = follow(anActor(), messageEvents, { id: platform.world.openThread().id });
    expect(await ended).toBeNull();
    expect(heard).toMatchObject([{ errors: [{ extensions: { code: 'NOT_FOUND' } }] }]);
  });

  it('ends with a reason when its token runs out', async () => {
    const actor = anActor();
    const claims = { exp: Math.floor(Date.now() / 1000) - 4 };
    const thread = platform.world.openThread(actor.userId);
    const { heard, ended } = follow(actor, messageEvents, { id: thread.id }, { claims });
    expect(await ended).toBeNull();
    expect(heard).toMatchObject([{ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }]);
  });

  it('ends when the session ends, and does not begin again', async () => {
    const actor = anActor();
    const thread = platform.world.openThread(actor.userId);
    const { heard, ended } = follow(actor, messageEvents, { id: thread.id });
    await platform.subscriptions(1);
    const { sessionId, userId } = actor;
    await platform.bus.publish(SessionRevoked, {
      aggregateId: sessionId,
      sequence: 2,
      data: { sessionId, userId },
    });
    expect(await ended).toBeNull();
    expect(heard).toMatchObject([{ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }]);
    expect((await post({ query: messageEvents, variables: { id: thread.id } }, bearer(actor))).status).toBe(
      401,
    );
  });

  it.each<[string, unknown, Record<string, string>, number, string]>([
    ['without a token', { query: 'subscription { inboxEvents { kind } }' }, {}, 401, 'UNAUTHENTICATED'],
    ['with a forged one', {}, { authorization: 'Bearer a.b.c' }, 401, 'UNAUTHENTICATED'],
    ['for another kind of answer', {}, { accept: 'text/html' }, 406, 'BAD_REQUEST'],
  ])('is refused %s', async (_, body, headers, status, code) => {
    const response = await post(body, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code } }] });
  });

  it.each([
    ['no query', {}, 'BAD_REQUEST'],
    ['a query', { query: '{ me { id } }' }, 'BAD_REQUEST'],
    ['an unknown field', { query: 'subscription { inboxEvents { knd } }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['the twin of a subscription', { query: '{ _live_inboxEvents { kind } }' }, 'GRAPHQL_VALIDATION_FAILED'],
  ])('refuses %s', async (_, body, code) => {
    const response = await post(body, bearer(anActor()));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code } }] });
  });

  it('is opened by POST only', async () => {
    const response = await fetch(address(), { headers: bearer(anActor()) });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('is opened fifty times by one session', async () => {
    const actor = anActor();
    const body = { query: 'subscription { inboxEvents { kind } }' };
    const open = await Promise.all(Array.from({ length: 50 }, () => post(body, bearer(actor))));
    expect((await post(body, bearer(actor))).status).toBe(429);
    await Promise.all(open.map(async (response) => response.body?.cancel()));
    await platform.subscriptions(0);
  });

  it('that is not read costs little, and its reader is told to come back', async () => {
    const actor = anActor();
    const thread = platform.world.openThread(actor.userId);
    const outgoing = request(address(), {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...bearer(actor) },
    });
    const answered = new Promise<IncomingMessage>((resolve) => outgoing.once('response', resolve));
    outgoing.end(JSON.stringify({ query: messageEvents, variables: { id: thread.id } }));
    const response = await answered;
    await platform.subscriptions(1);
    // More than its mailbox and what the network holds for it.
    for (let count = 0; count < 600; count += 1)
      await platform.post(thread, actor.userId, 'x'.repeat(50_000));
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(100_000_000);
    let all = '';
    for await (const chunk of response) all = (all + String(chunk)).slice(-1_000);
    expect(all).toContain('SLOW_CONSUMER');
  });
});

describe('a poll', () => {
  let platform: LivePlatform;
  beforeAll(async () => {
    platform = await startLivePlatform();
  });
  afterAll(() => platform.stop());

  const poll = async (actor: Actor, body: object) => {
    const response = await fetch(`${platform.url}/poll`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${platform.token(actor)}` },
      body: JSON.stringify({ query: messageEvents, ...body }),
    });
    return (await response.json()) as { results: LiveAnswer[]; complete: boolean };
  };
  const cursors = ({ results }: { results: LiveAnswer[] }) =>
    results.map(({ data }) => data?.['messageEvents']?.cursor);

  it('brings what was missed at once, and what comes as soon as it comes', async () => {
    const actor = anActor();
    const thread = platform.world.openThread(actor.userId);
    for (let count = 0; count < 3; count += 1) await platform.post(thread, actor.userId, 'before');
    const missed = await poll(actor, { variables: { id: thread.id, after: 1 } });
    expect([cursors(missed), missed.complete]).toEqual([[2, 3], false]);
    const waiting = poll(actor, { variables: { id: thread.id, after: 3 } });
    await platform.subscriptions(1);
    await platform.post(thread, actor.userId, 'now');
    expect(cursors(await waiting)).toEqual([4]);
    await platform.subscriptions(0);
  });

  it('is empty when nothing comes', async () => {
    const actor = anActor();
    const thread = platform.world.openThread(actor.userId);
    const answer = await poll(actor, { variables: { id: thread.id, after: 0 }, waitSeconds: 0 });
    expect(answer).toEqual({ results: [], complete: false });
  });

  it('whose client left before it began leaves nothing behind', async () => {
    const actor = anActor();
    const { id } = platform.world.openThread(actor.userId);
    let open = () => {};
    platform.world.gate = new Promise<void>((resolve) => (open = resolve));
    const leaving = new AbortController();
    const asked = fetch(`${platform.url}/poll`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${platform.token(actor)}` },
      body: JSON.stringify({ query: messageEvents, variables: { id } }),
      signal: leaving.signal,
    }).then((response) => response.text());
    await platform.subscriptions(1);
    leaving.abort();
    await expect(asked).rejects.toThrow('aborted');
    const metrics = async () => (await fetch(new URL('/metrics', platform.url))).text();
    // By these answers the gateway has seen the client go.
    for (let times = 0; times < 5; times += 1) await metrics();
    open();
    await platform.subscriptions(0);
    expect(/^gateway_live_event_streams\{.*\} (\d+)$/m.exec(await metrics())?.[1]).toBe('0');
  });

  it('does not begin when the session ends before it has', async () => {
    const actor = anActor();
    const { id } = platform.world.openThread(actor.userId);
    let open = () => {};
    platform.world.gate = new Promise<void>((resolve) => (open = resolve));
    const asked = poll(actor, { variables: { id } });
    await platform.subscriptions(1);
    const { sessionId, userId } = actor;
    const data = { sessionId, userId };
    await platform.bus.publish(SessionRevoked, { aggregateId: sessionId, sequence: 2, data });
    const token = platform.token(actor);
    await until(
      async () => (await platform.ask('{ __typename }', { token })).status === 401,
      'it is refused',
    );
    open();
    expect(await asked).toMatchObject({
      results: [{ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }],
      complete: true,
    });
    await platform.subscriptions(0);
  });

  it('says when there is nothing more to wait for', async () => {
    const { id } = platform.world.openThread();
    const answer = await poll(anActor(), { variables: { id, after: 0 } });
    expect(answer).toMatchObject({
      results: [{ errors: [{ extensions: { code: 'NOT_FOUND' } }] }],
      complete: true,
    });
  });
});
