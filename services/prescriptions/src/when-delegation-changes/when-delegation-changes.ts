import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';

const keep = `INSERT INTO delegation (id, patient_id, delegate_id, scopes, ends_at, ended) VALUES ($1, $2, $3, $4, $5, false)
  ON CONFLICT (id) DO NOTHING`;
const end = `INSERT INTO delegation (id, patient_id, delegate_id, scopes, ends_at, ended)
  VALUES ($1, $2, $3, '{}', $4, true) ON CONFLICT (id) DO UPDATE SET ended = true`;

/** A copy of who may fetch medicines in whose place. */
export const whenDelegationGranted: Handler<DataOf<'identity.delegation.granted.v1'>> = async (
  { data },
  tx,
) => tx.send(keep, [data.delegationId, data.patientId, data.delegateId, data.scopes, data.endsAt]);

/** It never comes back, also if its beginning is heard of later. One that nobody took up was never here. */
export const whenDelegationEnded: Handler<DataOf<'identity.delegation.ended.v1'>> = async (
  { data, occurredAt },
  tx,
) => {
  const { delegationId, patientId, delegateId } = data;
  if (delegateId) tx.send(end, [delegationId, patientId, delegateId, occurredAt]);
};
