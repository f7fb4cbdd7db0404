import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';

const keep = `INSERT INTO organisation (id, kind, time_zone, jurisdiction) VALUES ($1, $2, $3, $4)
  ON CONFLICT (id) DO UPDATE SET kind = $2, time_zone = $3, jurisdiction = $4`;

/** Its zone says what day it is there: for validity, for repeats, for lots. */
export const whenOrganisationRegistered: Handler<DataOf<'identity.organisation.registered.v1'>> = async (
  { data },
  tx,
) => {
  tx.send(keep, [data.organisationId, data.kind, data.timeZone, data.jurisdiction]);
};
