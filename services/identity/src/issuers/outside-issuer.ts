import { createRemoteJWKSet, errors as jose, type JWTPayload, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import type { IssuerSettings } from './settings.ts';

const hour = 3_600_000;
const discoveredFor = hour;
/** What was discovered serves on while the issuer is away. */
const rememberedFor = 24 * hour;
const retryAfter = 2_000;
const timeoutMs = 4_000;
/** Who asks for a fresh sign-in means one of the last minutes. */
export const freshSeconds = 300;

/** Thrown when the issuer cannot be reached or answers nonsense: nothing is wrong with who wants to sign in. */
export class IssuerUnavailable extends Error {
  override name = 'IssuerUnavailable';
}

/** Thrown when what came back proves nothing. The message is for our log only. */
export class ProofRefused extends Error {
  override name = 'ProofRefused';
}

/** The secrets of one sign-in on its way. */
export interface Way {
  state: string;
  nonce: string;
  codeVerifier: string;
}

type KeySet = ReturnType<typeof createRemoteJWKSet>;
interface Discovered {
  config: oidc.Configuration;
  keys: KeySet;
  at: number;
}

/**
 * One issuer outside. The protocol is openid-client's (code flow, PKCE, state, nonce, RFC 9207); signatures are checked
 * with jose, which asks for unknown keys anew but not oftener than `jwksCooldownMs`. Each issuer stands by itself: one
 * that is away keeps nobody else waiting.
 */
export class OutsideIssuer {
  readonly settings: IssuerSettings;
  readonly #jwksCooldownMs: number;
  readonly #now: () => Date;
  #discovered: Discovered | null = null;
  #discovering: Promise<Discovered> | null = null;
  #failedAt = -Infinity;

  constructor(settings: IssuerSettings, now: () => Date = () => new Date(), jwksCooldownMs = 30_000) {
    this.settings = settings;
    this.#now = now;
    this.#jwksCooldownMs = jwksCooldownMs;
  }

  /** Where the browser is to go. Throws IssuerUnavailable. */
  async authorizationUrl(way: Way, redirectUri: string, fresh: boolean): Promise<string> {
    const { config } = await this.#discover();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: this.settings.scopes.join(' '),
      state: way.state,
      nonce: way.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(way.codeVerifier),
      code_challenge_method: 'S256',
      ...(this.settings.requiredAcr.length > 0 && { acr_values: this.settings.requiredAcr.join(' ') }),
      ...(fresh && { prompt: 'login', max_age: String(freshSeconds) }),
    });
    return url.href;
  }

  /** What the issuer says of the person, from the address its answer was sent to. Throws ProofRefused or IssuerUnavailable. */
  async claimsFrom(callback: URL, way: Way, fresh: boolean): Promise<JWTPayload & { sub: string }> {
    const { config, keys } = await this.#discover();
    const tokens = await judged(() =>
      oidc.authorizationCodeGrant(config, callback, {
        expectedState: way.state,
        expectedNonce: way.nonce,
        pkceCodeVerifier: way.codeVerifier,
        idTokenExpected: true,
        ...(fresh && { maxAge: freshSeconds }),
      }),
    );
    const idToken = await this.#verify(tokens.id_token ?? '', keys, {});
    if (idToken['nonce'] !== way.nonce) throw new ProofRefused('another nonce');
    this.#checkStrength(idToken);
    const { sub } = idToken;
    if (!sub) throw new ProofRefused('no subject');
    const more = this.settings.userInfo
      ? await judged(() => oidc.fetchUserInfo(config, tokens.access_token, sub))
      : {};
    return { ...more, ...idToken, sub };
  }

  /** Whom a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6) is about. Throws as `claimsFrom` does. */
  async loggedOut(
    logoutToken: string,
  ): Promise<{ subject: string | null; session: string | null; at: Date }> {
    const { keys } = await this.#discover();
    const claims = await this.#verify(logoutToken, keys, { maxTokenAge: '5m', typ: 'logout+jwt' });
    const { sub = null, sid, iat = 0, jti, nonce, events } = claims;
    const isLogout = typeof events === 'object' && events !== null && logoutEvent in events;
    if (!isLogout || nonce !== undefined || !jti) throw new ProofRefused('not a logout token');
    const session = typeof sid === 'string' ? sid : null;
    if (!sub && !session) throw new ProofRefused('about nobody');
    return { subject: sub, session, at: new Date(iat * 1000) };
  }

  async #verify(
    token: string,
    keys: KeySet,
    more: { maxTokenAge?: string; typ?: string },
  ): Promise<JWTPayload> {
    const { issuer, clientId, otherAudiences, algorithms } = this.settings;
    const { payload } = await judged(() =>
      jwtVerify(token, keys, {
        issuer,
        audience: clientId,
        algorithms,
        requiredClaims: ['exp', 'iat'],
        clockTolerance: 30,
        currentDate: this.#now(),
        ...more,
      }),
    );
    const audiences = [payload.aud ?? []].flat();
    const foreign = audiences.find((each) => each !== clientId && !otherAudiences.includes(each));
    if (foreign !== undefined) throw new ProofRefused('an audience that is not ours');
    return payload;
  }

  #checkStrength({ acr, amr }: JWTPayload): void {
    const { requiredAcr, requiredAmr } = this.settings;
    if (requiredAcr.length > 0 && !(typeof acr === 'string' && requiredAcr.includes(acr)))
      throw new ProofRefused('acr is not enough');
    const methods: unknown[] = Array.isArray(amr) ? amr : [];
    if (!requiredAmr.every((each) => methods.includes(each))) throw new ProofRefused('amr is not enough');
  }

  async #discover(): Promise<Discovered> {
    const age = this.#discovered ? Date.now() - this.#discovered.at : Infinity;
    if (this.#discovered && age < discoveredFor) return this.#discovered;
    try {
      return await (this.#discovering ??= this.#ask().finally(() => (this.#discovering = null)));
    } catch (error) {
      if (this.#discovered && age < rememberedFor) return this.#discovered;
      throw error;
    }
  }

  async #ask(): Promise<Discovered> {
    if (Date.now() - this.#failedAt < retryAfter) throw new IssuerUnavailable('just failed');
    try {
      const { issuer, clientId, clientSecret, clientAuthentication } = this.settings;
      const authenticate =
        clientAuthentication === 'client_secret_post' ? oidc.ClientSecretPost : oidc.ClientSecretBasic;
      const config = await oidc.discovery(new URL(issuer), clientId, undefined, authenticate(clientSecret), {
        timeout: timeoutMs / 1000,
        // The settings let http through on this machine only.
        ...(issuer.startsWith('http:') && { execute: [oidc.allowInsecureRequests] }),
      });
      const { jwks_uri } = config.serverMetadata();
      if (!jwks_uri) throw new Error('no key set');
      const keys = createRemoteJWKSet(new URL(jwks_uri), {
        timeoutDuration: timeoutMs,
        cooldownDuration: this.#jwksCooldownMs,
      });
      return (this.#discovered = { config, keys, at: Date.now() });
    } catch (error) {
      this.#failedAt = Date.now();
      throw new IssuerUnavailable((error as Error).message, { cause: error });
    }
  }
}

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/** Tells what the issuer refused, or what is wrong with its answer, from an issuer that is away. */
async function judged<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof jose.JWKSTimeout || isNetworkFailure(error))
      throw new IssuerUnavailable((error as Error).message, { cause: error });
    if (error instanceof ProofRefused || error instanceof IssuerUnavailable) throw error;
    throw new ProofRefused(reasonOf(error as Error), { cause: error });
  }
}

/** openid-client says in its own words that something was wrong, and in those of its cause what it was. */
const reasonOf = ({ name, message, cause }: Error): string =>
  `${name}: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}`;

/** `fetch` says TypeError with the cause, timeouts are DOMExceptions; a 5xx of the token endpoint is no judgement either. */
function isNetworkFailure(error: unknown): boolean {
  const { name, message, cause } = error as Error;
  if (name === 'TimeoutError' || (name === 'TypeError' && message === 'fetch failed')) return true;
  const { status } = (cause ?? {}) as { status?: number };
  return (typeof status === 'number' && status >= 500) || (cause instanceof Error && isNetworkFailure(cause));
}
