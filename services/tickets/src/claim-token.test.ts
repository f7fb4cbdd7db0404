import { generateKeyPairSync } from 'node:crypto';
import { newId, type OrganisationId } from '@carethread/contracts/ids.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { claimTokens } from './claim-token.ts';

const newKey = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    secret: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    open: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
};
const key = newKey();
const tokens = claimTokens(key.secret);
const now = new Date('2026-11-20T10:00:00Z');
const pharmacyId = newId() as OrganisationId;
const ticketId = newId<'Ticket'>();
const claim = { fence: 3, pharmacyId, userId: newId<'User'>(), leaseUntil: new Date('2026-11-21T10:00:00Z') };
const codeOf = (answer: unknown) => (answer instanceof Refusal ? answer.userErrors[0]?.code : answer);

describe('claim tokens', () => {
  it('say what was claimed, for whom and under which fence', () => {
    const token = tokens.sign(ticketId, claim);
    expect(tokens.read(token, now)).toEqual({ ticketId, pharmacyId, fence: 3 });
    expect(jwt.decode(token, { complete: true })).toMatchObject({
      header: { alg: 'ES256', typ: 'ct-claim+jwt', kid: expect.any(String) },
      payload: { iss: 'carethread-tickets', aud: 'carethread-claim', exp: claim.leaseUntil.getTime() / 1000 },
    });
  });

  it('are stale from the second in which the lease ends', () => {
    const token = tokens.sign(ticketId, claim);
    expect(tokens.read(token, new Date('2026-11-21T09:59:59Z'))).not.toBeInstanceOf(Refusal);
    expect(codeOf(tokens.read(token, claim.leaseUntil))).toBe('STALE_CLAIM');
  });

  it.each([
    ['nonsense', () => 'a.b.c'],
    ['another key', () => claimTokens(newKey().secret).sign(ticketId, claim)],
    [
      'another kind of token under our key',
      () => jwt.sign({ ticketId, fence: 3 }, key.secret, { algorithm: 'ES256', keyid: kid() }),
    ],
    [
      'no signature',
      () => {
        const [, body] = tokens.sign(ticketId, claim).split('.');
        const head = Buffer.from(JSON.stringify({ alg: 'none', typ: 'ct-claim+jwt', kid: kid() })).toString(
          'base64url',
        );
        return `${head}.${body}.`;
      },
    ],
    [
      'our public key used as a shared secret',
      () =>
        jwt.sign({ ticketId, fence: 3 }, Buffer.from(key.open), {
          algorithm: 'HS256',
          header: { alg: 'HS256', typ: 'ct-claim+jwt', kid: kid() },
        }),
    ],
  ])('refuse %s', (_, forge) => expect(codeOf(tokens.read(forge(), now))).toBe('INVALID'));

  it('of a former key are accepted while it is named', () => {
    const former = newKey();
    const token = claimTokens(former.secret).sign(ticketId, claim);
    const rolled = claimTokens(key.secret, [former.open]);
    expect(rolled.read(token, now)).toMatchObject({ fence: 3 });
    expect(rolled.keySet.keys).toHaveLength(2);
    expect(JSON.stringify(rolled.keySet)).not.toContain('"d"');
  });
});

const kid = () => (tokens.keySet.keys[0] as { kid: string }).kid;
