import { GraphqlFailure, Refused, SignedOut, type UserError } from './errors.ts';
import { observable, type Observable } from './observable.ts';
import { post } from './post.ts';
import type { Storage } from './storage.ts';

/** Renewed so long before it ends that a request on its way still arrives in time. */
const renewBeforeMs = 30_000;
const storageKey = 'carethread.session';

/** Who is signed in and acts as what. */
export interface SignedInAs {
  readonly userId: string;
  readonly membershipId: string;
  readonly organisationId: string;
  readonly role: string;
}

/** What identity gave out at sign-in. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** When the access token ends, ISO 8601. */
  readonly expiresAt: string;
  readonly as: SignedInAs;
}

/** What identity asks for before it begins a session. */
export interface Challenge {
  readonly token: string;
  readonly expiresAt: string;
  /** CODE, PASSKEY, RECOVERY_CODE; none when the person has to enrol first. */
  readonly accepts: readonly string[];
  readonly mustEnrol: boolean;
  /** For `PublicKeyCredential.parseRequestOptionsFromJSON`. */
  readonly passkeyOptions: string | null;
}

/** Thrown by `signIn` when a second factor is missing: go on with `completeSignIn`. */
export class SecondFactorNeeded extends Error {
  override name = 'SecondFactorNeeded';
  readonly challenge: Challenge;

  constructor(challenge: Challenge) {
    super('A second factor is needed.');
    this.challenge = challenge;
  }
}

interface SessionPayload {
  challenge?: Challenge | null;
  session: {
    accessToken: string;
    refreshToken: string;
    expiresAt: string;
    user: { id: string } | null;
    membership: { id: string; role: string; organisation: { id: string } } | null;
  } | null;
  userErrors: UserError[];
}

const selection = `session { accessToken refreshToken expiresAt user { id } membership { id role organisation { id } } }
  userErrors { code message path }`;
const signIn = `mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { challenge { token expiresAt accepts mustEnrol passkeyOptions } ${selection} }
}`;
const complete = `mutation CompleteSignIn($input: CompleteSignInInput!) { completeSignIn(input: $input) { ${selection} } }`;
const actAs = `mutation ActAs($input: ActAsInput!) { actAs(input: $input) { ${selection} } }`;
const refresh = `mutation Refresh($input: RefreshSessionInput!) { refreshSession(input: $input) { ${selection} } }`;
const signOut = 'mutation SignOut { signOut { userErrors { code } } }';

/** Holds the tokens of the person who is signed in, and renews them in time: once, however many ask. */
export class Session {
  readonly #url: string;
  readonly #fetch: typeof fetch;
  readonly #storage: Storage;
  readonly #as = observable<SignedInAs | null>(null);
  #tokens: Tokens | null = null;
  #renewal: Promise<string> | null = null;

  constructor(options: { url: string; fetch: typeof fetch; storage: Storage }) {
    this.#url = options.url;
    this.#fetch = options.fetch;
    this.#storage = options.storage;
  }

  /** Who is signed in; null for nobody. */
  get as(): Observable<SignedInAs | null> {
    return this.#as;
  }

  /** Takes up the session that was kept before a reload. */
  async restore(): Promise<void> {
    const kept = await this.#storage.get(storageKey);
    if (kept !== null) this.#take(JSON.parse(kept) as Tokens);
  }

  /** Throws Refused when address or password are wrong, SecondFactorNeeded when they are not enough. */
  async signIn(input: { email: string; password: string; membershipId?: string }): Promise<SignedInAs> {
    const { signIn: payload } = await this.#post<{ signIn: SessionPayload }>(signIn, { input });
    if (payload.challenge) throw new SecondFactorNeeded(payload.challenge);
    return this.#keep(payload);
  }

  /** Answers a challenge with one of what it accepts. Throws Refused when that is wrong. */
  async completeSignIn(
    challenge: Challenge,
    factor: { code: string } | { recoveryCode: string } | { passkey: string },
  ): Promise<SignedInAs> {
    const input = { challenge: challenge.token, ...factor };
    const answer = await this.#post<{ completeSignIn: SessionPayload }>(complete, { input });
    return this.#keep(answer.completeSignIn);
  }

  /** Goes on in another membership of the same person. */
  async actAs(membershipId: string): Promise<SignedInAs> {
    const variables = { input: { membershipId } };
    const { actAs: payload } = await this.#post<{ actAs: SessionPayload }>(
      actAs,
      variables,
      await this.token(),
    );
    return this.#keep(payload);
  }

  /** Takes tokens that came another way, such as another sign-in method. */
  async adopt(tokens: Tokens): Promise<void> {
    await this.#storage.set(storageKey, JSON.stringify(tokens));
    this.#take(tokens);
  }

  /** Ends the session here, and at the platform if it can be reached. */
  async signOut(): Promise<void> {
    const token = this.#tokens?.accessToken;
    await this.forget();
    if (token) await this.#post(signOut, {}, token).catch(() => {});
  }

  /** Drops the tokens without telling the platform. */
  async forget(): Promise<void> {
    this.#take(null);
    await this.#storage.remove(storageKey);
  }

  /** An access token that is good for a while. Throws SignedOut, or Unreachable when it cannot be renewed just now. */
  async token(): Promise<string> {
    if (!this.#tokens) throw new SignedOut();
    return this.expiresInMs > renewBeforeMs ? this.#tokens.accessToken : this.renew();
  }

  /** A new access token, whatever the old one is worth. */
  renew(): Promise<string> {
    this.#renewal ??= this.#renew().finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  /** Milliseconds until a token should be renewed; negative when that is overdue. */
  get renewInMs(): number {
    return this.expiresInMs - renewBeforeMs;
  }

  private get expiresInMs(): number {
    return this.#tokens ? Date.parse(this.#tokens.expiresAt) - Date.now() : 0;
  }

  async #renew(): Promise<string> {
    const held = this.#tokens;
    if (!held) throw new SignedOut();
    // Another tab may have renewed it meanwhile; what it kept is newer than what we hold.
    const kept = await this.#storage.get(storageKey);
    const { refreshToken } = kept === null ? held : (JSON.parse(kept) as Tokens);
    const answer = await this.#post<{ refreshSession: SessionPayload }>(refresh, { input: { refreshToken } });
    // Whoever signed out, or became somebody else, while the answer was on its way stays so.
    if (!this.#tokens) throw new SignedOut();
    if (this.#tokens !== held) return this.#tokens.accessToken;
    try {
      await this.#keep(answer.refreshSession);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await this.forget();
      throw new SignedOut();
    }
    return this.#tokens.accessToken;
  }

  async #keep({ session, userErrors }: SessionPayload): Promise<SignedInAs> {
    if (!session) throw new Refused(userErrors);
    const { accessToken, refreshToken, expiresAt, user, membership } = session;
    if (!user || !membership) throw new GraphqlFailure([{ message: 'The session names nobody.' }]);
    const as: SignedInAs = {
      userId: user.id,
      membershipId: membership.id,
      organisationId: membership.organisation.id,
      role: membership.role,
    };
    await this.adopt({ accessToken, refreshToken, expiresAt, as });
    return as;
  }

  #take(tokens: Tokens | null): void {
    this.#tokens = tokens;
    const now = this.#as.get();
    if (now?.membershipId !== tokens?.as.membershipId || now?.userId !== tokens?.as.userId)
      this.#as.set(tokens?.as ?? null);
  }

  #post<Data>(query: string, variables: object, token?: string): Promise<Data> {
    return post<Data>({ url: this.#url, fetch: this.#fetch, query, variables, token: token ?? null });
  }
}
