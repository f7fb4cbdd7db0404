import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId } from '@carethread/contracts/ids.ts';
import { createLog } from '@carethread/service-kit/log.ts';
import { type KeySet, startKeySet } from '@carethread/service-kit/testing/key-set.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express, { type RequestHandler } from 'express';
import jwt from 'jsonwebtoken';
import { Agent } from 'undici';
import { z } from 'zod';
import { namesRoute } from '../src/documents/names-route.ts';
import { passOn } from '../src/documents/pass-on.ts';
import { securityHeaders } from '../src/http/browser-safety.ts';
import { countTries } from '../src/http/count-tries.ts';
import { numberRequests } from '../src/http/request-id.ts';
import type { RunInternally } from '../src/live/internal-query.ts';
import { RateLimits } from '../src/rate-limits/rate-limits.ts';
import { rateSettings } from '../src/rate-limits/rate-settings.ts';
import type { RequestContext } from '../src/request-context.ts';

const log = createLog('gateway', 'silent');
const rates = new RateLimits(
  z.object(rateSettings).parse({ RATE_TRIES_NETWORK: '5' }),
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  log,
);
const tried = countTries(rates, 'document');

async function listening(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
type Listening = Awaited<ReturnType<typeof listening>>;

const front = (route: RequestHandler) =>
  listening(express().use(numberRequests, securityHeaders(true), route));

describe('what is passed on to prescriptions', () => {
  const seen: IncomingMessage[] = [];
  const dispatcher = new Agent();
  let service: Listening;
  let gateway: Listening;
  beforeAll(async () => {
    service = await listening((request, response) => {
      seen.push(request);
      response
        .setHeader('content-type', 'application/pdf')
        .setHeader('x-own', '1')
        .setHeader('cache-control', 'public');
      response.setHeader('content-disposition', 'attachment; filename="a.pdf"').end('%PDF-');
    });
    gateway = await front(
      passOn({ origin: service.origin, dispatcher, tried: (_request, _response, next) => next(), log }),
    );
  });
  afterAll(async () => {
    await Promise.all([service.close(), gateway.close()]);
    await dispatcher.destroy();
  });

  it('comes back with its bytes, name and type; what a browser may do with it is the gateway’s to say', async () => {
    const response = await fetch(`${gateway.origin}/documents/a.b.c?x=1`, {
      headers: { authorization: 'Bearer x', cookie: 'a=b' },
    });
    expect(await response.text()).toBe('%PDF-');
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': 'attachment; filename="a.pdf"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(headers['x-own']).toBeUndefined();
    const asked = seen.at(-1)!;
    expect(asked.url).toBe('/documents/a.b.c');
    expect([asked.headers.authorization, asked.headers.cookie]).toEqual([undefined, undefined]);
    expect(asked.headers['x-request-id']).toBe(headers['x-request-id']);
  });

  it('is two addresses, and nothing that climbs out of them', async () => {
    const before = seen.length;
    await fetch(`${gateway.origin}/verify/${encodeURIComponent('../metrics')}`);
    expect(seen.at(-1)!.url).toBe('/verify/..%2Fmetrics');
    for (const path of ['/documents', '/documents/a/b', '/verify/a/b', '/metrics'])
      expect((await fetch(`${gateway.origin}${path}`)).status).toBe(404);
    expect((await fetch(`${gateway.origin}/verify/a`, { method: 'POST' })).status).toBe(404);
    expect(seen.length).toBe(before + 1);
  });

  it('is not there to be tried out: wrong codes are counted, right ones are not', async () => {
    const codes = await listening((request, response) => {
      response.writeHead(request.url === '/verify/right' ? 200 : 404).end();
    });
    const door = await front(passOn({ origin: codes.origin, dispatcher, tried, log }));
    const statuses: number[] = [];
    for (const code of [
      'right',
      'right',
      'right',
      'right',
      'right',
      'right',
      'a',
      'b',
      'c',
      'd',
      'e',
      'f',
      'right',
    ])
      statuses.push((await fetch(`${door.origin}/verify/${code}`)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 404, 404, 404, 404, 404, 429, 429]);
    await Promise.all([door.close(), codes.close()]);
  });

  it('is not to be had for a while when the service is down', async () => {
    const alone = await front(
      passOn({ origin: 'http://127.0.0.1:1', dispatcher, tried: (_request, _response, next) => next(), log }),
    );
    expect((await fetch(`${alone.origin}/verify/a`)).status).toBe(503);
    await alone.close();
  });
});

describe('the names on a document', () => {
  const wanted = {
    prescriptionId: newId(),
    patientId: newId(),
    doctorId: newId(),
    clinicId: newId(),
    membershipId: newId(),
  };
  const elsewhere = {
    role: 'DOCTOR',
    licenceNumber: 'X',
    organisation: { id: newId(), name: 'Other', city: 'Rome' },
  };
  const there = {
    role: 'DOCTOR',
    licenceNumber: 'NY-1',
    organisation: { id: wanted.clinicId, name: 'Riverside', city: 'New York' },
  };
  const asked: { variables: Record<string, unknown>; context: RequestContext }[] = [];
  let answer: Awaited<ReturnType<RunInternally>>;
  let keys: KeySet;
  let gateway: Listening;
  beforeAll(async () => {
    keys = await startKeySet('documents');
    const run: RunInternally = async (_, variables, context) => {
      asked.push({ variables, context });
      return answer;
    };
    gateway = await front(namesRoute({ keysUrl: keys.url, run }));
  });
  afterAll(() => Promise.all([keys.close(), gateway.close()]));

  const token = (claims: object = wanted, more: jwt.SignOptions & { typ?: string } = {}) => {
    const { typ = 'ct-names+jwt', ...options } = more;
    return jwt.sign(claims, keys.pem, {
      algorithm: 'ES256',
      header: { alg: 'ES256', kid: 'documents', typ },
      issuer: 'carethread-prescriptions',
      audience: 'carethread-gateway',
      expiresIn: 60,
      ...options,
    });
  };
  const ask = (bearer: string) =>
    fetch(`${gateway.origin}/internal/document-names`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}` },
    });

  it('are read as the doctor who signed, and the licence is that of the clinic', async () => {
    answer = {
      data: {
        patient: { displayName: 'Pat' },
        prescriber: { displayName: 'Doc', memberships: [elsewhere, there] },
      },
    };
    const response = await ask(token());
    expect(await response.json()).toEqual({
      patient: 'Pat',
      prescriber: 'Doc',
      licenceNumber: 'NY-1',
      clinic: { name: 'Riverside', city: 'New York' },
    });
    const { variables, context } = asked.at(-1)!;
    expect(variables).toEqual({ patient: wanted.patientId, doctor: wanted.doctorId });
    expect(context.caller?.actor).toMatchObject({
      userId: wanted.doctorId,
      organisationId: wanted.clinicId,
      role: 'doctor',
      permissions: [],
    });
  });

  it('are null where the doctor may not know them, and not to be had while identity does not answer', async () => {
    answer = { data: { patient: null, prescriber: null } };
    expect(await (await ask(token())).json()).toEqual({
      patient: null,
      prescriber: null,
      licenceNumber: null,
      clinic: null,
    });
    answer = { data: null, errors: [] };
    expect((await ask(token())).status).toBe(503);
  });

  it('are told to prescriptions only, for this purpose and this minute', async () => {
    const before = asked.length;
    const refused = [
      '',
      'a.b.c',
      token({ ...wanted, patientId: 'x' }),
      token(wanted, { typ: 'ct-download+jwt' }),
      token(wanted, { audience: 'carethread-download' }),
      token(wanted, { issuer: 'carethread-tickets' }),
      token(wanted, { expiresIn: -10 }),
      `${token().slice(0, -8)}AAAAAAAA`,
    ];
    for (const bearer of refused) expect([bearer, (await ask(bearer)).status]).toEqual([bearer, 401]);
    expect(asked.length).toBe(before);
  });
});
