import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import type { Rules } from '../rules.ts';
import { isTimeZone } from '../ticket-number.ts';

const keep = `INSERT INTO organisation (id, kind, time_zone, sequence) VALUES ($1, $2, $3, $4)
  ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, time_zone = excluded.time_zone, sequence = excluded.sequence
  WHERE organisation.sequence < excluded.sequence`;

/** Keeps a copy of the organisation. A zone this runtime does not know is replaced by the installation's own. */
export const whenOrganisationRegistered =
  (rules: Rules): Handler<DataOf<'identity.organisation.registered.v1'>> =>
  async ({ data, sequence }, tx) => {
    const timeZone = isTimeZone(data.timeZone) ? data.timeZone : rules.timeZone;
    tx.send(keep, [data.organisationId, data.kind, timeZone, sequence]);
  };
