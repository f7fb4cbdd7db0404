import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { graphqlEndpoint } from '../src/graphql-endpoint.ts';
import { internalIssuer, internalTokenType, internalTokenVerifier } from '../src/internal-token.ts';
import { createLog } from '../src/log.ts';
import { createMetrics } from '../src/metrics.ts';
import { readBody } from '../src/read-body.ts';
import { buildSubgraph, type RequestContext } from '../src/subgraph.ts';
import { startKeySet } from '../testing/key-set.ts';
import { person } from '../testing/people.ts';

const sdl = 'type Query { me: String @auth(public: true)  seen: String @auth(public: true) }';

describe('the door of a service', () => {
  const actor = person('doctor');
  let keys: Awaited<ReturnType<typeof startKeySet>>;
  let server: Server;
  beforeAll(async () => {
    keys = await startKeySet('gateway');
    const log = createLog('tickets', 'silent');
    const endpoint = graphqlEndpoint({
      schema: buildSubgraph(sdl, {
        Query: {
          me: (_: unknown, __: unknown, { actor: who }: RequestContext) => who?.userId ?? 'nobody',
          seen: (_: unknown, __: unknown, context: RequestContext) =>
            `${context.requestId} ${context.traceparent}`,
        },
      }),
      verify: internalTokenVerifier({ jwksUrl: keys.url, audience: 'tickets', log }),
      context: (context) => context,
      accesses: { write: async () => {}, settle: async () => {} },
      log,
      metrics: createMetrics('tickets'),
    });
    server = createServer((request, response) => {
      void readBody(request, 10_000).then((body) => endpoint(request, response, body ?? ''));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await keys.close();
  });

  const token = (claims: object = { actor }, options: jwt.SignOptions = {}, typ = internalTokenType) =>
    jwt.sign(claims, keys.pem, {
      algorithm: 'ES256',
      keyid: 'gateway',
      header: { alg: 'ES256', typ },
      issuer: internalIssuer,
      audience: 'tickets',
      expiresIn: 60,
      ...options,
    });
  const ask = async (headers: Record<string, string>) => {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: '{ me seen }' }),
    });
    return {
      status: response.status,
      ...((await response.json()) as { data?: { me: string; seen: string } }),
    };
  };

  it('opens for the gateway’s token for this service', async () => {
    expect(await ask({ authorization: `Bearer ${token()}` })).toMatchObject({
      status: 200,
      data: { me: actor.userId },
    });
    expect((await ask({ authorization: `Bearer ${token({})}` })).data?.me).toBe('nobody');
  });

  it.each<[string, () => string]>([
    ['for another service', () => token({ actor }, { audience: 'payments' })],
    ['for clients', () => token({ actor }, { issuer: 'carethread', audience: 'carethread-api' }, 'at+jwt')],
    ['of an access token’s type', () => token({ actor }, {}, 'at+jwt')],
  ])('stays shut for a token %s', async (_, forge) => {
    expect(await ask({ authorization: `Bearer ${forge()}` })).toMatchObject({
      status: 401,
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  it('stays shut for whoever only says who they are', async () => {
    const said = { 'x-user-id': actor.userId, 'x-actor': JSON.stringify(actor), 'x-role': 'administrator' };
    expect((await ask(said)).status).toBe(401);
    const anonymous = await ask({ ...said, authorization: `Bearer ${token({})}` });
    expect(anonymous.data?.me).toBe('nobody');
  });

  it('knows the gateway’s number of the request and its trace', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const answer = await ask({
      authorization: `Bearer ${token()}`,
      'x-request-id': 'request-1',
      traceparent,
    });
    expect(answer.data?.seen).toBe(`request-1 ${traceparent}`);
  });
});
