import { isListed } from '@carethread/service-kit/address-list.ts';
import type { Log } from '@carethread/service-kit/log.ts';
import { GraphQLError } from 'graphql';
import { type AccessToken, type AccessTokenVerifier, TokenRefused } from './access-token.ts';
import { KeysUnavailable } from '@carethread/service-kit/published-keys.ts';

const bearer = /^Bearer ([\w-]+\.[\w-]+\.[\w-]*)$/i;
const longestToken = 4_096;

/**
 * Who sends this Authorization value from this address. Null when there is none: the services decide what an anonymous caller may do.
 * A token that is there and not good is an error, never anonymous. Throws a GraphQLError with code UNAUTHENTICATED
 * (HTTP 401), or UNAVAILABLE (HTTP 503) while tokens cannot be judged.
 */
export async function authenticate(
  authorization: unknown,
  from: { address: string | undefined },
  verify: AccessTokenVerifier,
  log: Log,
): Promise<AccessToken | null> {
  if (authorization === undefined) return null;
  const token = typeof authorization === 'string' ? bearer.exec(authorization)?.[1] : undefined;
  if (!token || token.length > longestToken) throw unauthenticated();
  try {
    const known = await verify(token);
    if (known.addresses && !isListed(known.addresses, from.address ?? ''))
      throw new TokenRefused('not to be used from this address');
    return known;
  } catch (error) {
    if (error instanceof TokenRefused) {
      log.info({ reason: error.message }, 'access token refused');
      throw unauthenticated();
    }
    if (error instanceof KeysUnavailable) throw unavailable();
    throw error;
  }
}

const unauthenticated = () =>
  new GraphQLError('The access token is not valid, or no longer: sign in again or renew it.', {
    extensions: { code: 'UNAUTHENTICATED', http: { status: 401, headers: wwwAuthenticate } },
  });

const wwwAuthenticate = new Map([['www-authenticate', 'Bearer error="invalid_token"']]);

const unavailable = () =>
  new GraphQLError('Sign-in cannot be checked just now; try again.', {
    extensions: { code: 'UNAVAILABLE', http: { status: 503 } },
  });
