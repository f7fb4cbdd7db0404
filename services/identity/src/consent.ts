import { type ConsentKind } from '@carethread/contracts/events/identity.ts';
import { type ConsentId, derivedId, type OrganisationId, type UserId } from '@carethread/contracts/ids.ts';

/** What holds where a patient has decided nothing (ADR 23). */
export const byDefault: Record<ConsentKind, boolean> = {
  share_record: false,
  recording: false,
  ai: false,
  // Without it nobody could help somebody who cannot be asked; a patient may object beforehand.
  emergency_access: true,
};

/** A consent is the same for good: of one patient, about one thing, with one organisation if it is about sharing. */
export const consentIdOf = (
  patientId: UserId | string,
  kind: ConsentKind,
  organisationId: OrganisationId | string | null,
): ConsentId => derivedId<'Consent'>(patientId, `${kind} ${organisationId ?? ''}`);

export interface ConsentDecision {
  number: number;
  given: boolean;
  textVersion: string;
  decidedAt: Date;
}

/** A consent as a patient sees it. */
export interface Consent {
  id: string;
  patientId: string;
  kind: ConsentKind;
  organisationId: string | null;
  /** Oldest first. */
  history: ConsentDecision[];
}

export const isGiven = ({ kind, history }: Consent): boolean => history.at(-1)?.given ?? byDefault[kind];
