import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import Provider, { type Adapter, type AdapterPayload } from 'oidc-provider';

/** Somebody who can sign in there, with what their hospital says of them. */
export type Claims = Record<string, unknown>;

export interface Hospital {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  /** Who signs in next, and how. */
  person: { sub: string; claims: Claims; amr?: string[]; acr?: string };
  /** Changes what the token endpoint answers, before it is sent; null leaves it as it is. */
  tamper: ((idToken: Claims, key: SigningKey) => Promise<string> | string) | null;
  /** Answers everything with 503 while it is set. */
  down: boolean;
  /** How often each path was asked for. */
  readonly asked: Map<string, number>;
  /** Signs with a new key from now on, and publishes that one only. */
  rotate(): Promise<void>;
  /** As a browser: signs in at this address, and answers where it is sent back to. */
  browse(authorizationUrl: string): Promise<string>;
  /** A logout token as it would send it; claims and header can be overridden to forge one. */
  logoutToken(claims: Claims, header?: Claims): Promise<string>;
  close(): Promise<void>;
}

interface SigningKey {
  jwk: JWK;
  sign(claims: Claims, header?: Claims): Promise<string>;
}

async function newSigningKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const kid = crypto.randomUUID();
  const jwk = { ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' };
  const sign = (claims: Claims, header: Claims = {}) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid, ...header }).sign(privateKey);
  return { jwk, sign };
}

/** A real OpenID provider on a port of its own, as a hospital would run one. */
export async function startHospital(clientId = 'carethread'): Promise<Hospital> {
  const clientSecret = 'a secret between the two of us';
  let handle: (request: IncomingMessage, response: ServerResponse) => unknown = () => {};
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked = new Map<string, number>();
  let key = await newSigningKey();

  const hospital: Hospital = {
    issuer,
    clientId,
    clientSecret,
    redirectUri: `https://app.example/signed-in/${clientId}`,
    person: { sub: 'nobody', claims: {} },
    tamper: null,
    down: false,
    asked,
    async rotate() {
      key = await newSigningKey();
      open();
    },
    browse: (url) => browse(url, issuer),
    logoutToken: (claims, header = {}) =>
      key.sign(
        {
          iss: issuer,
          aud: clientId,
          iat: Math.floor(Date.now() / 1000),
          exp: Math.floor(Date.now() / 1000) + 120,
          jti: crypto.randomUUID(),
          events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
          ...claims,
        },
        { typ: 'logout+jwt', ...header },
      ),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  function open(): void {
    const provider = providerOf(hospital, key);
    const callback = provider.callback();
    handle = async (request, response) => {
      const path = new URL(request.url ?? '/', issuer).pathname;
      asked.set(path, (asked.get(path) ?? 0) + 1);
      if (hospital.down) return void response.writeHead(503).end();
      if (path.startsWith('/interaction/')) return signIn(provider, hospital, request, response);
      if (path === '/token' && hospital.tamper) alter(response, hospital.tamper, key);
      return callback(request, response);
    };
  }
  open();
  return hospital;
}

const kept = new Map<string, AdapterPayload>();

/** What a provider remembers, in this process. */
class Kept implements Adapter {
  readonly #model: string;
  constructor(model: string) {
    this.#model = model;
  }
  #key = (id: string) => `${this.#model} ${id}`;
  upsert = async (id: string, payload: AdapterPayload) => void kept.set(this.#key(id), payload);
  find = async (id: string) => kept.get(this.#key(id));
  findByUid = async (uid: string) => [...kept.values()].find((each) => each.uid === uid);
  findByUserCode = async () => undefined;
  destroy = async (id: string) => void kept.delete(this.#key(id));
  consume = async (id: string) => void Object.assign(kept.get(this.#key(id)) ?? {}, { consumed: 1 });
  async revokeByGrantId(grantId: string) {
    for (const [key, payload] of kept) if (payload.grantId === grantId) kept.delete(key);
  }
}

const providerOf = (hospital: Hospital, key: SigningKey) =>
  new Provider(hospital.issuer, {
    jwks: { keys: [key.jwk] },
    cookies: { keys: ['for tests'] },
    adapter: Kept,
    ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    clients: [
      {
        client_id: hospital.clientId,
        client_secret: hospital.clientSecret,
        redirect_uris: [hospital.redirectUri],
        id_token_signed_response_alg: 'ES256',
        backchannel_logout_uri: 'https://api.example/oauth/back-channel-logout/hospital',
        backchannel_logout_session_required: true,
      },
    ],
    claims: {
      openid: ['sub', 'sid', 'amr', 'acr', 'auth_time'],
      profile: ['name', 'given_name', 'family_name', 'groups', 'licence'],
      email: ['email', 'email_verified'],
    },
    conformIdTokenClaims: false,
    acrValues: ['gold', 'silver'],
    features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, ...hospital.person.claims }),
    }),
    // Whoever signs in there has agreed to everything.
    async loadExistingGrant({ oidc: { client, session, provider } }) {
      const grant = new provider.Grant({ clientId: client!.clientId, accountId: session!.accountId! });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });

const signIn = (
  provider: Provider,
  { person }: Hospital,
  request: IncomingMessage,
  response: ServerResponse,
) =>
  provider.interactionFinished(request, response, {
    login: {
      accountId: person.sub,
      ...(person.amr && { amr: person.amr }),
      ...(person.acr && { acr: person.acr }),
    },
  });

/** Replaces the ID token in what is about to be sent. */
function alter(response: ServerResponse, tamper: NonNullable<Hospital['tamper']>, key: SigningKey): void {
  const end = response.end.bind(response) as (body: string) => ServerResponse;
  const send = async (body: string): Promise<void> => {
    const answer = JSON.parse(body) as { id_token?: string };
    const claims = answer.id_token?.split('.')[1];
    const sent = claims && (JSON.parse(Buffer.from(claims, 'base64url').toString()) as Claims);
    const text = JSON.stringify({ ...answer, ...(sent && { id_token: await tamper(sent, key) }) });
    response.setHeader('content-length', Buffer.byteLength(text));
    end(text);
  };
  response.end = ((body: string | Buffer) => {
    void send(String(body));
    return response;
  }) as typeof response.end;
}

/** Follows the issuer's redirects with a jar of cookies until they lead away from it. */
async function browse(from: string, issuer: string): Promise<string> {
  const jar = new Map<string, string>();
  let url = from;
  for (let step = 0; step < 10; step += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (!location) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
    url = new URL(location, issuer).href;
    if (!url.startsWith(issuer)) return url;
  }
  throw new Error('The issuer sends in circles.');
}
