import type { Handler } from '@carethread/bus/handlers.ts';
import type { AuditSealed } from '@carethread/contracts/events/audit.ts';

const keep = `INSERT INTO audit.witness (service, seal, position, hash) VALUES ($1, $2, $3, decode($4, 'hex'))
  ON CONFLICT DO NOTHING`;

/** Keeps how far another service's audit goes: whoever changes it there later has not changed it here. */
export const keepWitness: Handler<AuditSealed> = async ({ type, data }, tx) => {
  tx.send(keep, [type.slice(0, type.indexOf('.')), data.seal, data.position, data.hash]);
};
