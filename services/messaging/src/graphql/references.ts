import type { RecordAccess } from '../generated/prisma/client.ts';

/** Entities of other services, and answers that are computed field by field. */
export interface UserReference {
  readonly __typename: 'User';
  readonly id: string;
}
export interface OrganisationReference {
  readonly __typename: 'Organisation';
  readonly id: string;
}
export type ParticipantReference = UserReference | OrganisationReference;
export interface PrescriptionReference {
  readonly id: string;
}
/** `version` and `parties` are there when the gateway fetched them from tickets for `thread`. */
export interface TicketReference {
  readonly id: string;
  readonly version?: number;
  readonly parties?: readonly {
    readonly principalId: string;
    readonly role: 'PATIENT' | 'DOCTOR' | 'PHARMACY';
  }[];
}
/** An access as the gateway names it, with the names that it fetched for `sentence`. */
export interface AccessReference {
  readonly id: string;
  readonly reader?: { readonly displayName?: string | null } | null;
  readonly proxy?: { readonly displayName?: string | null } | null;
  readonly organisation?: { readonly name?: string | null } | null;
}
export type ShownAccess = RecordAccess & { readonly names?: AccessReference };
export interface OutboxOf {
  readonly principalId: string;
}

export const user = (id: string): UserReference => ({ __typename: 'User', id });
export const organisation = (id: string): OrganisationReference => ({ __typename: 'Organisation', id });
