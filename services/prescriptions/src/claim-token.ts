import type { Actor } from '@carethread/contracts/actor.ts';
import { idSchema, type TicketId } from '@carethread/contracts/ids.ts';
import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import jwt from 'jsonwebtoken';
import jwksClient, { SigningKeyNotFoundError } from 'jwks-rsa';
import { z } from 'zod';
import type { Holder } from './ticket-copy.ts';

const claimsSchema = z.object({
  sub: idSchema<'Organisation'>(),
  ticketId: idSchema<'Ticket'>(),
  fence: z.int().positive(),
});
const path = ['input', 'claimToken'];

export type ClaimVerifier = (
  token: string,
  ticketId: TicketId,
  actor: Actor,
  now: Date,
) => Promise<Holder | Refusal>;

/**
 * Checks a claim token of tickets without asking tickets: ES256, its issuer and audience, not expired by a second, for
 * this ticket and this pharmacy. Whether its fence is still the highest is decided where the ticket's copy is.
 */
export function claimVerifier(jwksUrl: string): ClaimVerifier {
  const keys = jwksClient({ jwksUri: jwksUrl, cache: true, rateLimit: true, timeout: 2_000 });
  return async (token, ticketId, actor, now) => {
    const head = jwt.decode(token, { complete: true })?.header;
    if (head?.typ !== 'ct-claim+jwt' || head.alg !== 'ES256') return notAClaim();
    let key: string;
    try {
      key = (await keys.getSigningKey(head.kid)).getPublicKey();
    } catch (error) {
      if (error instanceof SigningKeyNotFoundError) return notAClaim();
      return refuse('UNAVAILABLE', 'Claims cannot be checked just now. Try again.', { path });
    }
    try {
      const claims = claimsSchema.parse(
        jwt.verify(token, key, {
          algorithms: ['ES256'],
          issuer: 'carethread-tickets',
          audience: 'carethread-claim',
          clockTimestamp: Math.floor(now.getTime() / 1_000),
        }),
      );
      if (claims.sub !== actor.organisationId || claims.ticketId !== ticketId) return notAClaim();
      return { ticketId, pharmacyId: claims.sub, fence: claims.fence, userId: actor.userId };
    } catch (error) {
      if (!(error instanceof jwt.TokenExpiredError)) return notAClaim();
      return refuse('STALE_CLAIM', 'This claim has ended: claim the ticket again.', { path });
    }
  };
}

const notAClaim = () =>
  refuse('INVALID', 'claimToken: is not a claim of your pharmacy on this ticket', { path });
