import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createLog } from '@carethread/service-kit/log.ts';
import { Agent } from 'undici';
import { createGatewayMetrics } from '../src/metrics.ts';
import { createInternalTokens } from '../src/sign-in/internal-token.ts';
import { SubgraphClient } from '../src/subgraphs/subgraph-client.ts';
import { anActor, newKeyPair } from './fixtures/identity-provider.ts';
import { type Platform, startPlatform } from './fixtures/platform.ts';

const unavailable = { extensions: { code: 'SUBGRAPH_UNAVAILABLE' } };

describe('a service that fails', () => {
  let platform: Platform;
  const actor = anActor();
  const query = 'query($id: ID!) { me { name } thread(id: $id) { messages { text author { name } } } }';
  let variables: object;
  beforeEach(async () => {
    platform = await startPlatform();
    const thread = platform.world.openThread(actor.userId);
    platform.world.post(thread, actor.userId, 'one');
    platform.world.post(thread, actor.userId, 'two');
    variables = { id: thread.id };
  });
  afterEach(() => platform.stop());
  const ask = () => platform.ask(query, { token: platform.token(actor), variables });

  it('leaves the rest of the answer', async () => {
    await platform.services.identity.stop();
    const { status, data, errors } = await ask();
    expect({ status, data }).toEqual({
      status: 200,
      data: {
        me: null,
        thread: {
          messages: [
            { text: 'one', author: { name: null } },
            { text: 'two', author: { name: null } },
          ],
        },
      },
    });
    expect(errors).toMatchObject([unavailable, unavailable]);
  });

  it('is asked once per entity, however often it occurs', async () => {
    await ask();
    const asked = platform.services.identity.received.find(({ body }) => body.variables?.representations);
    expect(asked?.body.variables?.representations).toHaveLength(1);
  });

  it('is not asked at all after five failures, and again two seconds later', async () => {
    const { identity } = platform.services;
    identity.fault = 'error_500';
    for (let call = 0; call < 5; call += 1)
      await platform.ask('{ me { name } }', { token: platform.token(actor) });
    const before = identity.received.length;
    expect(await platform.ask('{ me { name } }', { token: platform.token(actor) })).toMatchObject({
      errors: [unavailable],
    });
    expect(identity.received.length).toBe(before);
  });

  it.each(['error_500', 'html'] as const)('says nothing of itself to the client (%s)', async (fault) => {
    platform.services.identity.fault = fault;
    const { errors } = await platform.ask('{ me { name } }', { token: platform.token(actor) });
    expect(errors).toEqual([
      {
        message: 'This part of the data is not available just now.',
        extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
      },
    ]);
  });

  it('has its accidents masked, under a number our log has', async () => {
    platform.services.identity.fault = 'leak';
    const { errors, headers } = await platform.ask('{ me { name } }', { token: platform.token(actor) });
    expect(errors).toEqual([
      {
        message: 'Something went wrong on our side.',
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: headers.get('x-request-id') },
      },
    ]);
  });
});

describe('subgraph client', () => {
  let server: Server;
  let handle: RequestListener;
  let calls = 0;
  const dispatcher = new Agent();
  beforeAll(async () => {
    server = createServer((request, response) => {
      calls += 1;
      handle(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    calls = 0;
  });
  afterAll(async () => {
    await dispatcher.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Patient enough for a machine that is busy with something else. */
  const client = ({ timeoutMs = 20_000 } = {}) =>
    new SubgraphClient({
      name: 'tickets',
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
      dispatcher,
      tokens: createInternalTokens([newKeyPair().privateKey]),
      metrics: createGatewayMetrics(),
      log: createLog('test', 'silent'),
      timeoutMs,
    });
  const ask = (asked: SubgraphClient, query = '{ a }', context: object = {}) =>
    asked.process({
      request: { query },
      context: {
        caller: null,
        requestId: 'r',
        traceparent: null,
        device: null,
        deadline: Date.now() + 600_000,
        signal: null,
        ...context,
      },
    } as unknown as Parameters<SubgraphClient['process']>[0]);
  const failed = { data: null, errors: [unavailable] };

  it('waits for its time and no longer', async () => {
    handle = () => {};
    expect(await ask(client({ timeoutMs: 150 }))).toMatchObject(failed);
  });

  it('keeps within what is left of the request, without blaming the service for it', async () => {
    handle = () => {};
    const one = client();
    for (let call = 0; call < 6; call += 1)
      expect(await ask(one, '{ a }', { deadline: Date.now() + 20 })).toMatchObject(failed);
    handle = (_request, response) => response.end('{"data":{"a":1}}');
    expect(await ask(one)).toEqual({ data: { a: 1 } });
  });

  it('stops when the client has gone', async () => {
    const gone = new AbortController();
    handle = () => gone.abort();
    expect(await ask(client({ timeoutMs: 600_000 }), '{ a }', { signal: gone.signal })).toMatchObject(failed);
    expect(calls).toBe(1);
  });

  it('asks a query again after a lost connection', async () => {
    handle = (_request, response) => {
      if (calls === 1) response.destroy();
      else response.end('{"data":{"a":1}}');
    };
    expect(await ask(client())).toEqual({ data: { a: 1 } });
  });

  it('does not repeat a mutation that may have reached the service', async () => {
    handle = (_request, response) => response.destroy();
    expect(await ask(client(), 'mutation { a }')).toMatchObject(failed);
    expect(calls).toBe(1);
  });

  it('passes request id and trace on', async () => {
    let headers: object = {};
    handle = (request, response) => {
      ({ headers } = request);
      response.end('{"data":{}}');
    };
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await ask(client(), '{ a }', { requestId: 'request-1', traceparent });
    expect(headers).toMatchObject({ 'x-request-id': 'request-1', traceparent });
  });

  it('takes a refusal of our token for a failure, not for the client’s', async () => {
    handle = (_request, response) => {
      response.statusCode = 401;
      response.end(
        '{"errors":[{"message":"Not from the gateway.","extensions":{"code":"UNAUTHENTICATED"}}]}',
      );
    };
    expect(await ask(client())).toMatchObject(failed);
  });
});
