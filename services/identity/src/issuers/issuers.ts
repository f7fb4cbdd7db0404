import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { OrganisationId } from '@carethread/contracts/ids.ts';
import { OutsideIssuer, type Way } from './outside-issuer.ts';
import type { IssuerSettings } from './settings.ts';

export interface Issuers {
  /** By name, as clients may offer them. */
  readonly all: readonly OutsideIssuer[];
  byKey(key: string): OutsideIssuer | undefined;
  byAddress(issuer: string): OutsideIssuer | undefined;
  /** What a client holds while somebody is away signing in: 256 bits, opaque. */
  newAttempt(): string;
  /** The secrets of that sign-in. They follow from the attempt and a secret of ours, so nothing needs to be stored. */
  wayOf(attempt: string): Way;
}

/** The configured issuers. */
export function createIssuers(
  settings: readonly IssuerSettings[],
  keyEncryptionKey: Buffer,
  now: () => Date,
): Issuers {
  const all = settings
    .map((each) => new OutsideIssuer(each, now))
    .toSorted((one, other) => (one.settings.name < other.settings.name ? -1 : 1));
  const secret = Buffer.from(hkdfSync('sha256', keyEncryptionKey, '', 'outside sign-in', 32));
  const follow = (attempt: string, what: string) =>
    createHmac('sha256', secret).update(`${what} ${attempt}`).digest('base64url');
  return {
    all,
    byKey: (key) => all.find(({ settings: { key: each } }) => each === key),
    byAddress: (issuer) => all.find(({ settings: { issuer: each } }) => each === issuer),
    newAttempt: () => randomBytes(32).toString('base64url'),
    wayOf: (attempt) => ({
      state: follow(attempt, 'state'),
      nonce: follow(attempt, 'nonce'),
      codeVerifier: follow(attempt, 'verifier'),
    }),
  };
}

/** Under which an attempt is stored. */
export const attemptHash = (attempt: string): Buffer => createHash('sha256').update(attempt).digest();

/** The organisations an issuer grants anything in. */
export const spokenFor = ({
  memberships,
}: Pick<IssuerSettings, 'memberships'>): ReadonlySet<OrganisationId> =>
  new Set(memberships.map(({ organisationId }) => organisationId));
