import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hasPlayground } from '../src/config.ts';
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
    expect(known.status).toBe(204);
    expect(known.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(known.headers.get('access-control-allow-methods')).toBe('GET, POST');
    expect(known.headers.get('vary')).toContain('origin');
    // Nobody's cookies are asked for, so no page may send any.
    expect(known.headers.get('access-control-allow-credentials')).toBeNull();
    for (const origin of ['https://evil.example', 'https://app.example.evil.example', 'null']) {
      const { headers } = await preflight(origin);
      const given = [...headers.keys()].filter((name) => name.startsWith('access-control-'));
      expect([origin, given]).toEqual([origin, []]);
    }
  });

  it.each(['/graphql', '/health/live', '/nowhere', '/playground'])(
    'tells browsers to treat what %s answers as data',
    async (path) => {
      const { headers, status } = await fetch(new URL(path, platform.url), { redirect: 'manual' });
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'strict-transport-security': expect.stringContaining('max-age'),
        'cache-control': 'no-store',
      });
      expect(headers.get('x-powered-by')).toBeNull();
      // No playground in production.
      expect(status === 302).toBe(false);
    },
  );

  it('shows a playground in development, or where it is wished', () => {
    const shown = [
      { NODE_ENV: 'production' },
      { NODE_ENV: 'production', PLAYGROUND: 'on' },
      { NODE_ENV: 'test' },
      { NODE_ENV: 'development' },
      { NODE_ENV: 'development', PLAYGROUND: 'off' },
    ].map((exposure) => hasPlayground(exposure as Parameters<typeof hasPlayground>[0]));
    expect(shown).toEqual([false, true, false, true, false]);
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
    const platform = await startPlatform({ env: { PLAYGROUND: 'on' } });
    try {
      const page = await fetch(new URL('/playground', platform.url), { redirect: 'manual' });
      const place = new URL(page.headers.get('location')!);
      expect([page.status, place.origin, place.searchParams.get('endpoint')]).toEqual([
        302,
        'https://studio.apollographql.com',
        platform.url,
      ]);
      // The playground's page calls us, and nothing tells browsers to insist on HTTPS here.
      const call = await fetch(platform.url, { method: 'OPTIONS', headers: { origin: place.origin } });
      expect(call.headers.get('access-control-allow-origin')).toBe(place.origin);
      expect(call.headers.get('strict-transport-security')).toBeNull();
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
