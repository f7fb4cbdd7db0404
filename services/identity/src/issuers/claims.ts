import type { StepUp } from '@carethread/contracts/actor.ts';
import type { OrganisationId } from '@carethread/contracts/ids.ts';
import type { Role } from '@carethread/contracts/actor.ts';
import { emailSchema } from '../email-address.ts';
import { optionalNameSchema } from '../name.ts';
import type { IssuerSettings } from './settings.ts';

/** What an issuer's claims mean here. Pure. */

export type Claims = Readonly<Record<string, unknown>>;

export interface WantedMembership {
  organisationId: OrganisationId;
  role: Role;
  licenceNumber: string | null;
}

/** The memberships the claims grant, each once, in the order of the settings. */
export function membershipsIn(
  claims: Claims,
  { memberships }: Pick<IssuerSettings, 'memberships'>,
): WantedMembership[] {
  const wanted = new Map<string, WantedMembership>();
  for (const { claim, value, organisationId, role, licenceClaim } of memberships) {
    const found = claims[claim];
    if (found !== value && !(Array.isArray(found) && found.includes(value))) continue;
    const place = `${organisationId} ${role}`;
    if (!wanted.has(place))
      wanted.set(place, {
        organisationId,
        role,
        licenceNumber: licenceClaim ? text(claims[licenceClaim], 40) : null,
      });
  }
  return [...wanted.values()];
}

export interface Named {
  displayName: string;
  givenName: string | null;
  familyName: string | null;
}

/** How the person is called; somebody without any name is called by their subject. */
export function nameIn(claims: Claims & { sub: string }): Named {
  const [givenName, familyName] = [text(claims['given_name'], 80), text(claims['family_name'], 80)];
  const joined = [givenName, familyName].filter(Boolean).join(' ');
  const displayName = text(claims['name'], 120) ?? (joined || text(claims['preferred_username'], 120));
  return { displayName: displayName ?? claims.sub.slice(0, 120), givenName, familyName };
}

/** The address, normalised, if the issuer has verified it and decides about its domain. Nobody else's word finds an account. */
export function addressIn(
  claims: Claims,
  { emailDomains }: Pick<IssuerSettings, 'emailDomains'>,
): string | null {
  if (claims['email_verified'] !== true) return null;
  const parsed = emailSchema.safeParse(claims['email']);
  if (!parsed.success) return null;
  return emailDomains.includes(parsed.data.slice(parsed.data.lastIndexOf('@') + 1)) ? parsed.data : null;
}

/** The proof that a step-up can go by: ways we trust this issuer with, and when. */
export function stepUpIn(
  claims: Claims,
  { trustedAmr }: Pick<IssuerSettings, 'trustedAmr'>,
  now: Date,
): StepUp | null {
  const { amr, auth_time: at } = claims;
  const methods = Array.isArray(amr) ? trustedAmr.filter((each) => amr.includes(each)) : [];
  if (methods.length === 0 || typeof at !== 'number' || !Number.isInteger(at) || at <= 0) return null;
  return at * 1000 > now.getTime() + 30_000 ? null : { at, methods };
}

function text(value: unknown, longest: number): string | null {
  if (typeof value !== 'string') return null;
  return optionalNameSchema(longest).safeParse(value).data ?? null;
}

/** How the person signed in there (RFC 8176), as far as the issuer is trusted to say so. */
export const trustedMethodsIn = (
  { amr }: Claims,
  { trustedAmr }: Pick<IssuerSettings, 'trustedAmr'>,
): string[] => (Array.isArray(amr) ? trustedAmr.filter((each) => amr.includes(each)) : []);
