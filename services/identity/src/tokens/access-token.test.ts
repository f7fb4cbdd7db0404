import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import jwt from 'jsonwebtoken';
import { mintAccessToken } from './access-token.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const actor: Actor = {
  userId: newId(),
  membershipId: newId(),
  organisationId: newId(),
  role: 'pharmacist',
  permissions: ['ManageUsers'],
  sessionId: newId(),
};

describe('an access token', () => {
  it('says who acts as what, for ten minutes', () => {
    const now = new Date('2026-11-20T12:00:00.900Z');
    const { accessToken, expiresAt } = mintAccessToken(actor, {
      key: { kid: 'k1', privateKey },
      issuer: 'carethread',
      now,
    });
    const { header, payload } = jwt.verify(accessToken, publicKey, {
      complete: true,
      algorithms: ['ES256'],
      audience: 'carethread-api',
      issuer: 'carethread',
      clockTimestamp: now.getTime() / 1000,
    });
    expect(header).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' });
    expect(payload).toEqual({
      iss: 'carethread',
      aud: 'carethread-api',
      sub: actor.userId,
      sid: actor.sessionId,
      mid: actor.membershipId,
      org: actor.organisationId,
      role: 'pharmacist',
      perms: ['ManageUsers'],
      iat: Date.parse('2026-11-20T12:00:00Z') / 1000,
      exp: Date.parse('2026-11-20T12:10:00Z') / 1000,
    });
    expect(expiresAt).toEqual(new Date('2026-11-20T12:10:00Z'));
  });

  it('says when and how the person proved again who they are, if they did', () => {
    const { accessToken } = mintAccessToken(
      { ...actor, stepUp: { at: 1_800_000_000, methods: ['pwd'] } },
      { key: { kid: 'k1', privateKey }, issuer: 'carethread', now: new Date() },
    );
    expect(jwt.decode(accessToken)).toMatchObject({ auth_time: 1_800_000_000, amr: ['pwd'] });
  });

  it('says who really acts, and with which rights, where that is a proxy', () => {
    const proxyId = newId<'User'>();
    const token = mintAccessToken(
      { ...actor, proxyId, proxyScopes: ['read'] },
      { key: { kid: 'k1', privateKey }, issuer: 'carethread', now: new Date() },
    );
    expect(jwt.decode(token.accessToken)).toMatchObject({
      sub: actor.userId,
      act: { sub: proxyId },
      proxy: ['read'],
    });
  });
});
