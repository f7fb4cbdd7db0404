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
export interface OutboxOf {
  readonly principalId: string;
}

export const user = (id: string): UserReference => ({ __typename: 'User', id });
export const organisation = (id: string): OrganisationReference => ({ __typename: 'Organisation', id });
