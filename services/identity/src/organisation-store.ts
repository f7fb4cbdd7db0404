import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import { type OrganisationKind, OrganisationRegistered } from '@carethread/contracts/events/identity.ts';
import type { OrganisationId } from '@carethread/contracts/ids.ts';
import type { Origin } from './asking.ts';
import type { Organisation } from './organisation.ts';

const insert = `INSERT INTO organisations (id, kind, name, city, time_zone, jurisdiction)
  VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING RETURNING id`;

/** Writes a new organisation and tells of it. False, and nothing told, when it exists. */
export async function insertOrganisation(
  tx: Tx,
  organisation: Organisation,
  origin: Origin,
): Promise<boolean> {
  const { id, kind, name, city, timeZone, jurisdiction } = organisation;
  const inserted = await tx.query(insert, [id, kind, name, city, timeZone, jurisdiction]);
  if (inserted.length === 0) return false;
  const data = { organisationId: id, kind, timeZone, jurisdiction };
  emit(tx, OrganisationRegistered, { aggregateId: id, sequence: 1, data, ...origin });
  return true;
}

const kindById = 'SELECT kind FROM organisations WHERE id = $1';

/** What kind of organisation it is; null when there is none. */
export async function loadOrganisationKind(tx: Tx, id: OrganisationId): Promise<OrganisationKind | null> {
  const [row] = await tx.query<{ kind: OrganisationKind }>(kindById, [id]);
  return row?.kind ?? null;
}
