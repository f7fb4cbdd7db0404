import type { Scope } from '@carethread/contracts/scopes.ts';
import type { Id, MembershipId, OrganisationId, UserId } from '@carethread/contracts/ids.ts';
import { type Refusal, refuse, staleVersion } from '@carethread/service-kit/refusal.ts';
import type { PublicKey } from './public-key.ts';

/** A key of a service account: also the session of the tokens it was exchanged for. */
export type AccountKeyId = Id<'Session'>;

export interface AccountKey extends PublicKey {
  id: AccountKeyId;
  addedAt: Date;
  retiredAt: Date | null;
}

/** A program of an organisation: what it may do, from where, and how it proves who it is. */
export interface ServiceAccount {
  id: UserId;
  membershipId: MembershipId;
  organisationId: OrganisationId;
  scopes: Scope[];
  /** Addresses and networks it may call from; none means anywhere. */
  networks: string[];
  keys: AccountKey[];
  version: number;
  /** For good: what was switched off is made anew, with new keys. */
  disabledAt: Date | null;
}

export type AccountChange =
  | { kind: 'allow'; scopes: Scope[]; networks: string[] }
  | { kind: 'add-key'; key: AccountKey }
  | { kind: 'retire-key'; keyId: string }
  | { kind: 'disable' };

/** As many as a rotation with something going wrong needs. */
const mostKeys = 5;

/** The account after a change. */
export function decideAccountChange(
  current: ServiceAccount | null,
  expectedVersion: number,
  change: AccountChange,
  now: Date,
): ServiceAccount | Refusal {
  if (!current) return refuse('NOT_FOUND', 'There is no such service account.', { path: ['input', 'id'] });
  if (current.version !== expectedVersion) return staleVersion(expectedVersion, current.version);
  if (current.disabledAt)
    return refuse('ILLEGAL_MOVE', 'This service account is disabled.', { currentStatus: 'disabled' });
  const next = { ...current, version: current.version + 1 };
  switch (change.kind) {
    case 'allow':
      return { ...next, scopes: change.scopes, networks: change.networks };
    case 'add-key':
      return withKey(next, change.key);
    case 'retire-key':
      return withoutKey(next, change.keyId, now);
    case 'disable':
      return { ...next, disabledAt: now };
    default:
      return change satisfies never;
  }
}

function withKey(account: ServiceAccount, key: AccountKey): ServiceAccount | Refusal {
  const path = ['input', 'publicKey'];
  if (account.keys.some(({ kid }) => kid === key.kid))
    return refuse('INVALID', 'This account has, or had, a key with this id (kid).', { path });
  if (account.keys.filter(({ retiredAt }) => retiredAt === null).length >= mostKeys)
    return refuse('INVALID', `A service account has at most ${mostKeys} keys: retire one.`, { path });
  return { ...account, keys: [...account.keys, key] };
}

function withoutKey(account: ServiceAccount, keyId: string, now: Date): ServiceAccount | Refusal {
  const key = account.keys.find(({ id }) => id === keyId);
  if (!key) return refuse('NOT_FOUND', 'This account has no such key.', { path: ['input', 'keyId'] });
  if (key.retiredAt)
    return refuse('ILLEGAL_MOVE', 'This key has been retired already.', { currentStatus: 'retired' });
  return { ...account, keys: account.keys.map((each) => (each === key ? { ...key, retiredAt: now } : each)) };
}
