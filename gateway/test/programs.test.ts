import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { internalTokenVerifier } from '@carethread/service-kit/internal-token.ts';
import { createLog } from '@carethread/service-kit/log.ts';
import jwt from 'jsonwebtoken';
import { anActor } from './fixtures/identity-provider.ts';
import { type Platform, startPlatform } from './fixtures/platform.ts';

const me = '{ me { id } }';
const log = createLog('test', 'silent');

describe('a service account', () => {
  let platform: Platform;
  const actor = anActor({ role: 'pharmacist' });
  const claims = { client_id: actor.userId, scope: 'tickets:read tickets:fly' };
  beforeAll(async () => {
    platform = await startPlatform({ env: { TRUSTED_PROXIES: '127.0.0.0/8' } });
  });
  afterAll(() => platform.stop());

  it('is told to the services with the scopes that are known', async () => {
    await platform.ask(me, { token: platform.token(actor, { claims }) });
    const { headers } = platform.services.identity.received.at(-1)!;
    const sent = jwt.decode(String(headers['authorization']).slice('Bearer '.length)) as jwt.JwtPayload;
    expect(sent['actor'].client).toEqual({ id: actor.userId, scopes: ['tickets:read'] });
  });

  it('without any scope is a service account all the same, and no person', async () => {
    const token = platform.token(actor, { claims: { client_id: actor.userId } });
    await platform.ask(me, { token });
    const { headers } = platform.services.identity.received.at(-1)!;
    const sent = jwt.decode(String(headers['authorization']).slice('Bearer '.length)) as jwt.JwtPayload;
    expect(sent['actor'].client).toEqual({ id: actor.userId, scopes: [] });
  });

  it('is refused with a client id that is none', async () => {
    const token = platform.token(actor, { claims: { ...claims, client_id: 'robot' } });
    expect(await platform.ask(me, { token })).toMatchObject({ status: 401 });
  });

  it.each([
    ['203.0.113.9', 200],
    ['198.51.100.1', 401],
    // What stands before the last proxy anybody could have written.
    ['203.0.113.9, 198.51.100.1', 401],
    ['198.51.100.1, 203.0.113.9', 200],
    ['nonsense', 401],
  ])('may use its token from %s: %d', async (forwarded, status) => {
    const token = platform.token(actor, { claims: { ...claims, nets: ['203.0.113.0/24'] } });
    const answer = await platform.ask(me, { token, headers: { 'x-forwarded-for': forwarded } });
    expect(answer.status).toBe(status);
  });

  it('cannot say itself where it is when no proxy is trusted', async () => {
    const open = await startPlatform();
    try {
      const token = open.token(actor, { claims: { ...claims, nets: ['203.0.113.0/24'] } });
      const headers = { 'x-forwarded-for': '203.0.113.9' };
      expect((await open.ask(me, { token, headers })).status).toBe(401);
    } finally {
      await open.stop();
    }
  });
});

describe('standard endpoints of identity', () => {
  let identity: Server;
  let platform: Platform;
  let received: { url: string; headers: IncomingHttpHeaders; body: string }[];
  let answer: { status: number; body: string };
  beforeAll(async () => {
    identity = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        received.push({ url: request.url ?? '', headers: request.headers, body });
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
      });
    });
    await new Promise<void>((resolve) => identity.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(identity.address() as AddressInfo).port}/graphql`;
    received = [];
    platform = await startPlatform({ identityUrl: url });
  });
  afterAll(async () => {
    await platform.stop();
    identity.closeAllConnections();
    await new Promise((resolve) => identity.close(resolve));
  });
  const send = async (path: string, body = 'grant_type=client_credentials') => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      cookie: 'a=b',
      'x-client-address': '1.2.3.4',
    };
    const response = await fetch(new URL(path, platform.url), { method: 'POST', headers, body });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  it('are answered by identity, which learns from us where the client is', async () => {
    answer = { status: 401, body: '{"error":"invalid_client"}' };
    const { status, headers, text } = await send('/oauth/token');
    expect([status, text]).toEqual([401, answer.body]);
    expect(headers.get('cache-control')).toBe('no-store');
    const { url, body, headers: sent } = received.at(-1)!;
    expect([url, body]).toEqual(['/oauth/token', 'grant_type=client_credentials']);
    expect(sent['x-client-address']).toBe('127.0.0.1');
    expect(sent['cookie']).toBeUndefined();
    const jwksUrl = new URL('/.well-known/internal-jwks.json', platform.url).href;
    const verify = internalTokenVerifier({ jwksUrl, audience: 'identity', log });
    expect(await verify(sent['authorization'])).toBeNull();
  });

  it('tell an issuer that its notice was taken', async () => {
    answer = { status: 200, body: '' };
    expect((await send('/oauth/back-channel-logout/hospital', 'logout_token=x')).status).toBe(200);
    expect(received.at(-1)!.url).toBe('/oauth/back-channel-logout/hospital');
  });

  it('hide what went wrong inside', async () => {
    answer = { status: 500, body: '{"secret":true}' };
    const { status, text } = await send('/oauth/token');
    expect([status, JSON.parse(text).error]).toEqual([503, 'temporarily_unavailable']);
  });

  it('take forms of a sensible size, and nothing else', async () => {
    answer = { status: 200, body: '{}' };
    const before = received.length;
    expect((await send('/oauth/token', 'x'.repeat(40_000))).status).toBe(413);
    expect((await fetch(new URL('/oauth/token', platform.url))).status).toBe(404);
    expect((await send('/oauth/elsewhere')).status).toBe(404);
    expect(received).toHaveLength(before);
  });
});
