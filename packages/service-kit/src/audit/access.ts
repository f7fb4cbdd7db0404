/** By which way something personal left the service. */
export type Door = 'query' | 'live' | 'download';

/** One row of audit.access before it is written. */
export interface Access {
  request_id: string;
  user_id: string | null;
  membership_id: string | null;
  organisation_id: string | null;
  role: string | null;
  proxy_id: string | null;
  client_id: string | null;
  emergency_id: string | null;
  kind: string;
  entity_ids: string[];
  patient_id: string | null;
  /** By which id the database finds the patient, where `patient_id` is not known yet. */
  through: string | null;
  door: Door;
  outcome: Outcome;
}

/** AuditEvent.outcome: done, or there is none or it is not theirs. */
export type Outcome = 0 | 4;
