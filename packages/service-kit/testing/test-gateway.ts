import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Actor } from '@carethread/contracts/actor.ts';
import jwt from 'jsonwebtoken';
import { internalIssuer, internalTokenType } from '../src/internal-token.ts';

export interface TestGateway {
  jwksUrl: string;
  /** The token a gateway would send for this person (null: anonymous) to this service. */
  token(actor: Actor | null, audience: string, claims?: jwt.SignOptions): string;
  close(): Promise<void>;
}

/** Stands where the gateway would: a real key, a real key set over HTTP, real tokens. */
export async function startTestGateway(): Promise<TestGateway> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const jwk: JsonWebKey = createPublicKey(pem).export({ format: 'jwk' });
  const body = JSON.stringify({ keys: [{ ...jwk, kid: 'test', alg: 'ES256', use: 'sig' }] });
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'application/json').end(body),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    token: (actor, audience, claims = {}) =>
      jwt.sign(actor ? { actor } : {}, pem, {
        algorithm: 'ES256',
        keyid: 'test',
        header: { alg: 'ES256', kid: 'test', typ: internalTokenType },
        issuer: internalIssuer,
        audience,
        expiresIn: 60,
        ...claims,
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
