import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import { ServiceAccountChanged, SessionRevoked } from '@carethread/contracts/events/identity.ts';
import type { UserId } from '@carethread/contracts/ids.ts';
import type { Origin } from './asking.ts';
import type { AccountKey, ServiceAccount } from './service-account.ts';

const insertProgram = `INSERT INTO users (id, kind, display_name, is_staff) VALUES ($1, 'service', $2, true)`;
const insertAccount = `INSERT INTO service_accounts
    (user_id, organisation_id, membership_id, scopes, networks, version, created_at, created_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;
const insertKey = `INSERT INTO service_account_keys
    (id, service_account_id, kid, algorithm, public_jwk, added_at) VALUES ($1, $2, $3, $4, $5, $6)`;

/** Writes somebody new who is a program. Their membership is to follow, and then the account. */
export const insertProgramUser = (tx: Tx, id: UserId, name: string): void =>
  tx.send(insertProgram, [id, name]);

/** Writes a new account with its first key, and tells of it. */
export function insertServiceAccount(
  tx: Tx,
  account: ServiceAccount,
  by: UserId,
  now: Date,
  origin: Origin,
): void {
  const { id, organisationId, membershipId, scopes, networks, version } = account;
  tx.send(insertAccount, [id, organisationId, membershipId, scopes, networks, version, now, by]);
  for (const key of account.keys) addKey(tx, account, key);
  tellOf(tx, account, origin);
}

const addKey = (tx: Tx, { id }: ServiceAccount, key: AccountKey): void =>
  tx.send(insertKey, [key.id, id, key.kid, key.algorithm, JSON.stringify(key.publicJwk), key.addedAt]);

const accountById = `SELECT user_id AS id, membership_id AS "membershipId", organisation_id AS "organisationId", scopes,
    networks, version, disabled_at AS "disabledAt" FROM service_accounts WHERE user_id = $1 FOR UPDATE`;
const keysOf = `SELECT id, kid, algorithm, public_jwk AS "publicJwk", added_at AS "addedAt", retired_at AS "retiredAt"
  FROM service_account_keys WHERE service_account_id = $1 ORDER BY added_at, id`;

/** An account to change; null when there is none, or not the actor's to manage. */
export async function loadServiceAccount(tx: Tx, id: UserId): Promise<ServiceAccount | null> {
  const [[account], keys] = await Promise.all([
    tx.query<Omit<ServiceAccount, 'keys'>>(accountById, [id]),
    tx.query<AccountKey>(keysOf, [id]),
  ]);
  return account ? { ...account, keys } : null;
}

const updateAccount = `UPDATE service_accounts SET scopes = $2, networks = $3, version = $4, disabled_at = $5
  WHERE user_id = $1`;
const retireKey = 'UPDATE service_account_keys SET retired_at = $2 WHERE id = $1';

/** Writes what has changed between the two, and tells of it. */
export function saveServiceAccount(
  tx: Tx,
  before: ServiceAccount,
  after: ServiceAccount,
  origin: Origin,
): void {
  tx.send(updateAccount, [after.id, after.scopes, after.networks, after.version, after.disabledAt]);
  const known = new Map(before.keys.map((key) => [key.id, key]));
  for (const key of after.keys) {
    const former = known.get(key.id);
    if (!former) addKey(tx, after, key);
    else if (key.retiredAt && !former.retiredAt) {
      tx.send(retireKey, [key.id, key.retiredAt]);
      const data = { sessionId: key.id, userId: after.id };
      emit(tx, SessionRevoked, { aggregateId: key.id, sequence: 1, data, ...origin });
    }
  }
  tellOf(tx, after, origin);
}

function tellOf(
  tx: Tx,
  { id, organisationId, scopes, version, disabledAt }: ServiceAccount,
  origin: Origin,
): void {
  const data = { serviceAccountId: id, organisationId, scopes: disabledAt ? [] : scopes };
  emit(tx, ServiceAccountChanged, { aggregateId: id, sequence: version, data, ...origin });
}
