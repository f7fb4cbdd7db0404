import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { OrganisationId, TicketId } from '@carethread/contracts/ids.ts';
import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import jwt from 'jsonwebtoken';
import type { Presented } from './decisions/claim.ts';
import type { Claim } from './ticket.ts';

export const claimTokenType = 'ct-claim+jwt';
export const claimIssuer = 'carethread-tickets';
export const claimAudience = 'carethread-claim';

/** Signs claims, so that another service can check one without asking us. */
export interface ClaimTokens {
  sign(ticketId: TicketId, claim: Claim): string;
  /** What a token says, or why it says nothing any more. Whether the claim still stands, the ticket decides. */
  read(token: string, now: Date): Presented | Refusal;
  /** Public keys in JWK form (RFC 7517): the one in use first, then former ones. */
  readonly keySet: { keys: object[] };
}

/**
 * @param signingKey ES256 private key (PEM)
 * @param formerKeys public keys (PEM) whose tokens are still accepted while a new key is rolled out
 */
export function claimTokens(signingKey: string, formerKeys: readonly string[] = []): ClaimTokens {
  const privateKey = createPrivateKey(signingKey);
  const keys = [createPublicKey(privateKey), ...formerKeys.map((pem) => createPublicKey(pem))].map((key) => ({
    key,
    kid: thumbprint(key),
  }));
  const keyid = keys[0]!.kid;
  return {
    sign: (ticketId, { fence, pharmacyId, leaseUntil }) =>
      jwt.sign({ ticketId, fence, exp: leaseUntil.getTime() / 1000 }, privateKey, {
        algorithm: 'ES256',
        header: { alg: 'ES256', kid: keyid, typ: claimTokenType },
        issuer: claimIssuer,
        audience: claimAudience,
        subject: pharmacyId,
      }),
    read(token, now) {
      const head = jwt.decode(token, { complete: true })?.header;
      const key = keys.find(({ kid }) => kid === head?.kid)?.key;
      if (!key || head?.typ !== claimTokenType) return notOurs();
      try {
        const claims = jwt.verify(token, key, {
          algorithms: ['ES256'],
          issuer: claimIssuer,
          audience: claimAudience,
          clockTimestamp: Math.floor(now.getTime() / 1000),
        }) as jwt.JwtPayload;
        const { sub, ticketId, fence } = claims as { sub: OrganisationId; ticketId: string; fence: number };
        return { ticketId, pharmacyId: sub, fence };
      } catch (error) {
        return error instanceof jwt.TokenExpiredError
          ? refuse('STALE_CLAIM', 'This claim has ended. Claim the ticket again.', { path })
          : notOurs();
      }
    },
    keySet: {
      keys: keys.map(({ key, kid }) => ({ ...key.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' })),
    },
  };
}

const path = ['input', 'claimToken'];
const notOurs = () => refuse('INVALID', 'claimToken: is not a claim token of ours', { path });

/** Key id: the JWK thumbprint (RFC 7638). */
function thumbprint(key: KeyObject): string {
  const { crv, kty, x, y } = key.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
