import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';

const open = `INSERT INTO emergency_access (id, patient_id, holder_id, ends_at, ended) VALUES ($1, $2, $3, $4, false)
  ON CONFLICT (id) DO NOTHING`;
const end = `INSERT INTO emergency_access (id, patient_id, holder_id, ends_at, ended) VALUES ($1, $2, $3, $4, true)
  ON CONFLICT (id) DO UPDATE SET ended = true`;

/** A copy of who reads whose record in an emergency, and until when; the row policies look at the clock themselves. */
export const whenEmergencyAccessOpened: Handler<DataOf<'identity.emergency_access.opened.v1'>> = async (
  { data },
  tx,
) => tx.send(open, [data.accessId, data.patientId, data.holderId, data.endsAt]);

/** It never comes back, also if its opening is heard of later. */
export const whenEmergencyAccessEnded: Handler<DataOf<'identity.emergency_access.ended.v1'>> = async (
  { data, occurredAt },
  tx,
) => tx.send(end, [data.accessId, data.patientId, data.holderId, occurredAt]);
