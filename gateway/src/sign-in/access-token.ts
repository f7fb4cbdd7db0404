import {
  actorSchema,
  permissions,
  type Permission,
  type ProxyScope,
  proxyScopes,
} from '@carethread/contracts/actor.ts';
import { isScope } from '@carethread/contracts/scopes.ts';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { ExpiringCache } from '../expiring-cache.ts';
import { addressList, type AddressList } from '@carethread/service-kit/address-list.ts';
import { callerOf, type Caller } from './caller.ts';
import type { PublishedKeys } from '@carethread/service-kit/published-keys.ts';
import type { Revocations } from './revocations.ts';

const issuer = 'carethread';
const audience = 'carethread-api';
/** Header types an access token may have (RFC 9068, or the general one). An internal or claim token has another. */
const tokenTypes: readonly unknown[] = [undefined, 'JWT', 'at+jwt'];
const clockToleranceSeconds = 5;

/** Thrown for a token that is not, or no longer, a valid access token. The message is for our log only. */
export class TokenRefused extends Error {
  override name = 'TokenRefused';
}

export interface AccessToken {
  readonly caller: Caller;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** From where it may be used; null is anywhere. */
  readonly addresses: AddressList | null;
}

const claimsSchema = z.object({
  sub: z.string(),
  sid: z.string(),
  mid: z.string(),
  org: z.string(),
  role: z.string(),
  // A right we do not know yet gives nothing here, and must not lock its holder out while services are updated.
  perms: z.array(z.string()).transform((all) => all.filter((one): one is Permission => isPermission(one))),
  exp: z.number(),
  // Both or neither: the person proved again who they are, then and thus (OpenID Connect Core 2, RFC 8176).
  auth_time: z.number().optional(),
  amr: z.array(z.string()).optional(),
  // A proxy, as in RFC 8693, and what they may do: a scope we do not know yet gives nothing.
  act: z.object({ sub: z.string() }).optional(),
  delegation: z.string().optional(),
  proxy: z
    .array(z.string())
    .transform((all) => all.filter((one): one is ProxyScope => isProxyScope(one)))
    .optional(),
  emergency: z.string().optional(),
  // A program of an organisation (RFC 9068, 2.2.3), and the networks it may call from.
  client_id: z.string().optional(),
  scope: z.string().optional(),
  nets: z.array(z.string()).optional(),
});
const isProxyScope = (value: string): value is ProxyScope =>
  (proxyScopes as readonly string[]).includes(value);
const isPermission = (value: string): value is Permission =>
  (permissions as readonly string[]).includes(value);

export type AccessTokenVerifier = (token: string) => Promise<AccessToken>;

/**
 * Answers who a client's access token speaks for. Throws TokenRefused, or KeysUnavailable when it cannot be judged.
 * A verified token is remembered, because checking its signature costs a tenth of a millisecond.
 */
export function accessTokenVerifier(keys: PublishedKeys, revocations: Revocations): AccessTokenVerifier {
  const verified = new ExpiringCache<AccessToken>(10_000);
  keys.onChange = () => verified.clear();

  return async (token) => {
    const known = verified.get(token) ?? (await check(token, keys));
    await revocations.ready();
    if (revocations.concern(known.caller.actor)) throw new TokenRefused('the session has ended');
    verified.set(token, known, known.expiresAt);
    return known;
  };
}

async function check(token: string, keys: PublishedKeys): Promise<AccessToken> {
  const header = jwt.decode(token, { complete: true })?.header;
  if (header?.alg !== 'ES256' || !tokenTypes.includes(header.typ) || typeof header.kid !== 'string')
    throw new TokenRefused('not an access token');
  const key = await keys.find(header.kid);
  if (!key) throw new TokenRefused('unknown key');
  const claims = claimsSchema.safeParse(
    verifiedClaims(() =>
      jwt.verify(token, key, {
        algorithms: ['ES256'],
        issuer,
        audience,
        clockTolerance: clockToleranceSeconds,
      }),
    ),
  );
  if (!claims.success) throw new TokenRefused('claims are missing');
  const { sub, sid, mid, org, role, perms, exp, auth_time, amr } = claims.data;
  const { act, delegation, proxy, emergency, client_id, scope, nets } = claims.data;
  const actor = actorSchema.safeParse({
    userId: sub,
    membershipId: mid,
    organisationId: org,
    role,
    permissions: perms,
    sessionId: sid,
    ...(auth_time !== undefined && amr && { stepUp: { at: auth_time, methods: amr } }),
    ...(act && { proxyId: act.sub, proxyScopes: proxy ?? [] }),
    ...(delegation !== undefined && { delegationId: delegation }),
    ...(emergency !== undefined && { emergencyId: emergency }),
    // Whatever else it says: a token with a client in it never passes for a person's.
    ...(client_id !== undefined && {
      client: { id: client_id, scopes: (scope ?? '').split(' ').filter(isScope) },
    }),
  });
  if (!actor.success) throw new TokenRefused('claims are malformed');
  return {
    caller: callerOf(actor.data),
    expiresAt: (exp + clockToleranceSeconds) * 1000,
    addresses: nets ? addressList(nets) : null,
  };
}

function verifiedClaims(verify: () => unknown): unknown {
  try {
    return verify();
  } catch (error) {
    throw new TokenRefused((error as Error).message);
  }
}
