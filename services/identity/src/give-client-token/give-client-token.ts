import type { Actor } from '@carethread/contracts/actor.ts';
import type { SessionId, UserId } from '@carethread/contracts/ids.ts';
import { isScope, type Scope } from '@carethread/contracts/scopes.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { addressList, isListed } from '@carethread/service-kit/address-list.ts';
import type { Log } from '@carethread/service-kit/log.ts';
import { actorOf, type Standing } from '../membership.ts';
import type { Tokens } from '../tokens/tokens.ts';
import { AssertionRefused, claimedAccount, type RegisteredKey, verifyAssertion } from './assertion.ts';

const grantType = 'client_credentials';
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** An answer of the token endpoint, in the words of RFC 6749 (5.1 and 5.2). */
export type TokenAnswer =
  | { status: 200; body: { access_token: string; token_type: 'Bearer'; expires_in: number; scope: string } }
  | { status: 400 | 401; body: { error: string; error_description: string } };

export interface TokenEndpoint {
  database: Database;
  tokens: Tokens;
  /** What assertions may be made out to: our name, and the address of the endpoint. */
  audiences: string[];
  now: () => Date;
  log: Log;
}

interface AccountRow {
  membership: Standing;
  scopes: string[];
  networks: string[];
  keys: RegisteredKey[];
}
const accountById = 'SELECT membership, scopes, networks, keys FROM sign_in.service_account($1)';
const useAssertion = 'SELECT sign_in.use_assertion($1, $2, $3, $4, $5) AS taken';

/** An access token of a service account for an assertion that it signed, from this address. */
export async function giveClientToken(
  { database, tokens, audiences, now, log }: TokenEndpoint,
  form: URLSearchParams,
  address: string,
): Promise<TokenAnswer> {
  const wrong = formProblem(form);
  if (wrong) return wrong;
  const assertion = form.get('client_assertion') ?? '';
  const claimed = claimedAccount(assertion);
  if (!claimed || (form.has('client_id') && form.get('client_id')?.toLowerCase() !== claimed.account))
    return invalidClient(log, 'not an assertion of a service account');
  const [account] = await database.asActor(null, (tx) =>
    tx.query<AccountRow>(accountById, [claimed.account]),
  );
  try {
    if (!account) throw new AssertionRefused('no such account');
    if (account.networks.length > 0 && !isListed(addressList(account.networks), address))
      throw new AssertionRefused('not from this address');
    const proved = await verifyAssertion(assertion, {
      ...claimed,
      keys: account.keys,
      audiences,
      now: now(),
    });
    const scopes = wantedScopes(form, account.scopes.filter(isScope));
    if (!scopes) return badRequest('invalid_scope', 'The account does not have all of these scopes.');
    const { key, jtiHash, expiresAt } = proved;
    const [use] = await database.asActor(null, (tx) =>
      tx.query<{ taken: boolean }>(useAssertion, [claimed.account, key.id, jtiHash, expiresAt, now()]),
    );
    if (!use?.taken) throw new AssertionRefused('used before');
    const actor = programOf(account.membership, key.id as SessionId, claimed.account as UserId, scopes);
    const { accessToken, lifeSeconds } = await tokens.forProgram(actor, account.networks);
    const body = { access_token: accessToken, token_type: 'Bearer', expires_in: lifeSeconds } as const;
    return { status: 200, body: { ...body, scope: scopes.join(' ') } };
  } catch (error) {
    if (!(error instanceof AssertionRefused)) throw error;
    return invalidClient(log, error.message, claimed.account);
  }
}

/** A program has its scopes; permissions are for people. */
const programOf = (membership: Standing, sessionId: SessionId, id: UserId, scopes: Scope[]): Actor => ({
  ...actorOf(membership, sessionId),
  permissions: [],
  client: { id, scopes },
});

/** Those asked for, or all; null when one of them is not the account's. */
function wantedScopes(form: URLSearchParams, held: Scope[]): Scope[] | null {
  const wanted = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  if (wanted.length === 0) return held;
  const found = held.filter((scope) => wanted.includes(scope));
  return found.length === new Set(wanted).size ? found : null;
}

function formProblem(form: URLSearchParams): TokenAnswer | null {
  for (const name of new Set(form.keys()))
    if (form.getAll(name).length > 1)
      return badRequest('invalid_request', `${name} is given more than once.`);
  if (!form.has('grant_type')) return badRequest('invalid_request', 'grant_type is missing.');
  if (form.get('grant_type') !== grantType)
    return badRequest('unsupported_grant_type', `Only ${grantType} is supported.`);
  if (form.get('client_assertion_type') !== assertionType || !form.has('client_assertion'))
    return badRequest('invalid_request', `A client_assertion of type ${assertionType} is needed.`);
  return null;
}

const badRequest = (error: string, error_description: string): TokenAnswer => ({
  status: 400,
  body: { error, error_description },
});

/** One answer to all that is wrong with a client: which accounts and keys there are is nobody's business. */
function invalidClient(log: Log, reason: string, account?: string): TokenAnswer {
  log.info({ reason, account }, 'service account refused');
  return {
    status: 401,
    body: { error: 'invalid_client', error_description: 'The assertion does not prove a service account.' },
  };
}
