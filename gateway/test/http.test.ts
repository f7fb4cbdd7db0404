import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anActor } from './fixtures/identity-provider.ts';
import { type Platform, startPlatform } from './fixtures/platform.ts';

const json = { 'content-type': 'application/json' };

describe('over HTTP', () => {
  let platform: Platform;
  let token: string;
  beforeAll(async () => {
    platform = await startPlatform({
      env: { NODE_ENV: 'production', ALLOWED_ORIGINS: 'https://app.example' },
    });
    token = platform.token(anActor());
  });
  afterAll(() => platform.stop());

  const post = (body: string, headers: Record<string, string> = json) =>
    fetch(platform.url, { method: 'POST', headers, body });
  const read = async (response: Response) => ({
    status: response.status,
    ...((await response.json()) as object),
  });

  describe('refuses', () => {
    const aliases = Array.from({ length: 16 }, (_, i) => `a${i}: __typename`).join(' ');
    it.each([
      ['more than 1000 tokens', `{ ${'directory { id } '.repeat(300)} }`, {}, 'LIMIT_EXCEEDED'],
      [
        'too deep an operation',
        `{ me ${'{ friends(first: 1) { edges { node '.repeat(5)}{ id }${'} } }'.repeat(5)} }`,
        {},
        'LIMIT_EXCEEDED',
      ],
      ['sixteen aliases of __typename', `{ me { ${aliases} } }`, {}, 'LIMIT_EXCEEDED'],
      ['the same field six times', '{ me { id id id id id id } }', {}, 'LIMIT_EXCEEDED'],
      ['a page of 101', '{ directory(first: 101) { id } }', {}, 'LIMIT_EXCEEDED'],
      [
        'a page of a million, given by a variable',
        'query($n: Int) { directory(first: $n) { id } }',
        { n: 1e6 },
        'LIMIT_EXCEEDED',
      ],
      [
        'too many objects',
        'query($n: Int!) { directory(first: $n) { friends(first: $n) { edges { node { friends(first: $n) { edges { node { id } } } } } } } }',
        { n: 50 },
        'LIMIT_EXCEEDED',
      ],
      ['introspection in production', '{ __schema { types { name } } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
      ['a subscription', 'subscription { inboxEvents { kind } }', {}, 'BAD_REQUEST'],
      ['the internal twin of one', '{ _live_inboxEvents { kind } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
      [
        'variables that do not fit',
        'query($n: Int) { directory(first: $n) { id } }',
        { n: 'many' },
        'BAD_USER_INPUT',
      ],
    ])('%s', async (_, query, variables, code) => {
      const answer = await platform.ask(query, { token, variables });
      expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code } }] });
      expect(answer.data).toBeUndefined();
    });

    it('to guess names for somebody', async () => {
      const answer = await platform.ask('{ mee { nam } }', { token });
      expect(JSON.stringify(answer.errors)).not.toMatch(/Did you mean/);
    });

    it('several operations in one body', async () => {
      expect(await read(await post('[{"query":"{ me { id } }"},{"query":"{ me { id } }"}]'))).toMatchObject({
        status: 400,
      });
    });

    it.each([['text/plain'], ['application/x-www-form-urlencoded'], ['multipart/form-data; boundary=x']])(
      'a form’s content type: %s',
      async (type) => {
        const response = await post('{"query":"mutation { rename(name: \\"x\\") { id } }"}', {
          'content-type': type,
        });
        expect(response.status).toBe(400);
      },
    );

    it('a mutation by GET', async () => {
      const query = encodeURIComponent('mutation { rename(name: "x") { id } }');
      const response = await fetch(`${platform.url}?query=${query}`, {
        headers: { 'apollo-require-preflight': '1' },
      });
      expect(response.status).toBe(405);
    });

    it('a query by GET that a foreign page could send', async () => {
      expect((await fetch(`${platform.url}?query={__typename}`)).status).toBe(400);
    });
  });

  describe('answers JSON to', () => {
    it('a body above 100 kB', async () => {
      const body = JSON.stringify({ query: `{ me { id } } #${'x'.repeat(110_000)}` });
      expect(await read(await post(body))).toMatchObject({
        status: 413,
        errors: [
          { extensions: { code: 'LIMIT_EXCEEDED', limit: 'bytes', maximum: 100_000, found: body.length } },
        ],
      });
    });

    it('a body that is not JSON', async () => {
      expect(await read(await post('{"query":'))).toMatchObject({
        status: 400,
        errors: [{ message: 'The body is not JSON.' }],
      });
    });

    it('a body in an unknown encoding', async () => {
      expect(await read(await post('x', { ...json, 'content-encoding': 'lzma' }))).toMatchObject({
        status: 415,
      });
    });

    it('another address', async () => {
      expect(await read(await fetch(new URL('/admin', platform.url)))).toMatchObject({ status: 404 });
    });

    it('somebody who looks around', async () => {
      expect(await read(await fetch(new URL('/', platform.url)))).toMatchObject({
        status: 200,
        graphql: '/graphql',
      });
    });
  });

  it('numbers each request, by the client’s number if it is sensible', async () => {
    const numbered = await platform.ask('{ __typename }', { headers: { 'x-request-id': 'client-12345' } });
    expect(numbered.headers.get('x-request-id')).toBe('client-12345');
    const odd = await platform.ask('{ __typename }', { headers: { 'x-request-id': 'a b"c' } });
    expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('lets known pages call it from a browser, and no others', async () => {
    const preflight = (origin: string) => fetch(platform.url, { method: 'OPTIONS', headers: { origin } });
    const known = await preflight('https://app.example');
    expect(known.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(known.headers.get('access-control-allow-headers')).toContain('authorization');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('tells browsers to treat answers as data', async () => {
    const { headers } = await platform.ask('{ __typename }');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toContain('max-age');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('is ready without broker and services, and shows its numbers', async () => {
    expect(await read(await fetch(new URL('/health/ready', platform.url)))).toEqual({
      status: 200,
      ready: true,
      broker: 'down',
    });
    expect(await read(await fetch(new URL('/health/live', platform.url)))).toEqual({
      status: 200,
      live: true,
    });
    const text = await (await fetch(new URL('/metrics', platform.url))).text();
    expect(text).toMatch(/graphql_operation_seconds_count\{.*kind="query",outcome="ok"\} [1-9]/);
    expect(text).toContain('gateway_live_subscriptions{service="gateway"} 0');
  });
});

describe('outside production', () => {
  it('explains its schema, subscriptions included', async () => {
    const platform = await startPlatform();
    try {
      const answer = await platform.ask(
        '{ __schema { subscriptionType { fields { name } } queryType { fields { name } } } }',
      );
      expect(JSON.stringify(answer.data)).toContain('{"name":"ticketEvents"}');
      expect(JSON.stringify(answer.data)).not.toContain('_live_');
    } finally {
      await platform.stop();
    }
  });
});
