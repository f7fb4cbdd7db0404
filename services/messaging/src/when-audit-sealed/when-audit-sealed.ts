import type { Handler } from '@carethread/bus/handlers.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { AccessSummary, AuditSealed } from '@carethread/contracts/events/audit.ts';
import type { Alongside } from '@carethread/service-kit/audit/seal-accesses.ts';
import { keepWitness } from '@carethread/service-kit/audit/keep-witness.ts';
import { byWhom, lineIdOf } from '../record-access.ts';

const add = `INSERT INTO record_access (id, patient_id, user_id, organisation_id, role, proxy_id, by_whom, action, kind,
    purpose, times, entity_ids, first_at, last_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
  ON CONFLICT (id) DO UPDATE SET times = record_access.times + excluded.times,
    entity_ids = ARRAY(SELECT DISTINCT id FROM unnest(record_access.entity_ids || excluded.entity_ids) AS merged (id)
      ORDER BY id LIMIT 20),
    first_at = least(record_access.first_at, excluded.first_at),
    last_at = greatest(record_access.last_at, excluded.last_at)`;

/** The newest accesses that a service has on record, for the people they are about. */
export const noteAccesses: Alongside = async ({ accesses }, tx) => {
  for (const line of accesses) keep(tx, line);
};

/** The same from another service, whose chain is witnessed here as well. */
export const whenAuditSealed: Handler<AuditSealed> = async (event, tx) => {
  await keepWitness(event, tx);
  await noteAccesses(event.data, tx);
};

function keep(tx: Tx, line: AccessSummary): void {
  tx.send(add, [
    lineIdOf(line),
    line.patientId,
    line.userId,
    line.organisationId,
    line.role,
    line.proxyId,
    byWhom(line),
    line.action,
    line.kind,
    line.purpose,
    line.times,
    line.entityIds,
    line.firstAt,
    line.lastAt,
  ]);
}
