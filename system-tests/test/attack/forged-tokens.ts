import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { codeOf, send } from './send.ts';
import type { OwnPlatform } from '../running-platform.ts';

/** Tokens as attackers make them, at the front door. */
export function forgedTokens(own: OwnPlatform): void {
  describe('forged access tokens', () => {
    it('are refused, whatever they forge (S-13)', async () => {
      const genuine = own.stage.patient.accessToken!;
      const claims = jwt.decode(genuine) as jwt.JwtPayload;
      const { kid, typ } = jwt.decode(genuine, { complete: true })!.header as { kid: string; typ: string };
      const { keys } = (await (
        await fetch(`${own.platform.processes.identity.url}/.well-known/jwks.json`)
      ).json()) as {
        keys: JsonWebKey[];
      };
      const jwk = keys.find((key) => key['kid'] === kid)!;
      const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({
        type: 'spki',
        format: 'pem',
      });
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const own256 = (payload: object, header: object = {}) =>
        jwt.sign(payload, privateKey, { algorithm: 'ES256', header: { alg: 'ES256', typ, kid, ...header } });
      const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
      const [header, , signature] = genuine.split('.');
      const forged = {
        'HS256 with the public key': jwt.sign(claims, pem, {
          algorithm: 'HS256',
          header: { alg: 'HS256', typ, kid },
        }),
        none: `${encoded({ alg: 'none', typ, kid })}.${encoded(claims)}.`,
        nOnE: `${encoded({ alg: 'nOnE', typ, kid })}.${encoded(claims)}.`,
        'a foreign key under a known id': own256(claims),
        'a foreign key id': own256(claims, { kid: 'mine' }),
        'its own key along': own256(claims, { jwk: publicKey.export({ format: 'jwk' }) }),
        'a place of its keys': own256(claims, {
          jku: 'https://keys.example/jwks.json',
          x5u: 'https://keys.example/x5',
        }),
        'a path for a key id': own256(claims, { kid: '../../../../dev/null' }),
        'other claims': `${header}.${encoded({ ...claims, role: 'administrator' })}.${signature}`,
        'another audience': own256({ ...claims, aud: 'carethread-claim' }),
        'an end long past': own256({ ...claims, exp: 1 }),
      };
      for (const [how, token] of Object.entries(forged)) {
        const response = await send(
          own.platform.url,
          { query: '{ me { id } }' },
          { authorization: `Bearer ${token}` },
        );
        expect({ how, status: response.status, code: await codeOf(response) }).toEqual({
          how,
          status: 401,
          code: 'UNAUTHENTICATED',
        });
      }
    });
  });
}
