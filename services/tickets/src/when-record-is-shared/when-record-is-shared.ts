import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';

const keep = `INSERT INTO shared_record (patient_id, organisation_id, given, sequence) VALUES ($1, $2, $3, $4)
  ON CONFLICT (patient_id, organisation_id) DO UPDATE SET given = excluded.given, sequence = excluded.sequence
  WHERE shared_record.sequence < excluded.sequence`;

/** A copy of which clinics a patient shares the record with. The other consents are decided by elsewhere. */
export const whenConsentDecided: Handler<DataOf<'identity.consent.decided.v1'>> = async (event, tx) => {
  const { kind, patientId, organisationId, given } = event.data;
  if (kind === 'share_record') tx.send(keep, [patientId, organisationId, given, event.sequence]);
};
