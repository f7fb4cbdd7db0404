import type { Actor } from '@carethread/contracts/actor.ts';
import jwt from 'jsonwebtoken';
import { internalIssuer, internalTokenType } from '../src/internal-token.ts';
import { startKeySet } from './key-set.ts';

export interface TestGateway {
  jwksUrl: string;
  /** The token a gateway would send for this person (null: anonymous) to this service. */
  token(actor: Actor | null, audience: string, claims?: jwt.SignOptions): string;
  close(): Promise<void>;
}

/** Stands where the gateway would: a real key, a real key set over HTTP, real tokens. */
export async function startTestGateway(): Promise<TestGateway> {
  const { url, pem, close } = await startKeySet('test');
  return {
    jwksUrl: url,
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
    close,
  };
}
