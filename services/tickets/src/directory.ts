import type { Tx } from '@carethread/bus/transaction.ts';
import type { OrganisationId, UserId } from '@carethread/contracts/ids.ts';
import { awaitCopy } from '@carethread/service-kit/await-copy.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import type { Caller } from './cause.ts';
import type { Foundation } from './foundation.ts';

/** Whom a command names, to be looked up in the copies of identity's data. */
export interface Named {
  clinicId: OrganisationId;
  patientId?: UserId;
  pharmacyId?: OrganisationId | null;
}

export interface Known {
  clinicTimeZone: string | null;
  /** The patient is registered with the clinic. */
  patient: boolean;
  pharmacy: boolean;
}

const lookUp = `SELECT
  (SELECT time_zone FROM organisation WHERE id = $1) AS "clinicTimeZone",
  EXISTS (SELECT 1 FROM membership WHERE organisation_id = $1 AND user_id = $2 AND role = 'patient' AND active) AS patient,
  EXISTS (SELECT 1 FROM organisation WHERE id = $3 AND kind = 'pharmacy') AS pharmacy`;

const zoneOf = 'SELECT time_zone AS "timeZone" FROM organisation WHERE id = $1';

export async function lookUpNamed(tx: Tx, { clinicId, patientId, pharmacyId }: Named): Promise<Known> {
  const [known] = await tx.query<Known>(lookUp, [clinicId, patientId ?? null, pharmacyId ?? null]);
  return known!;
}

/** The refusal when somebody a command names is not known; null when all are. */
export function unknownName(named: Named, known: Known): Refusal | null {
  if (named.patientId && !known.patient)
    return refuse('NOT_FOUND', 'No such patient is registered with your clinic.', {
      path: ['input', 'patientId'],
    });
  if (named.pharmacyId && !known.pharmacy)
    return refuse('NOT_FOUND', 'There is no such pharmacy.', { path: ['input', 'pharmacyId'] });
  return null;
}

/**
 * Runs a command that names people or pharmacies. When one is unknown, its event may be on its way from identity: the
 * command waits a moment for the copy and then runs once more.
 */
export async function onceKnown<Result>(
  { database, rules }: Foundation,
  { actor }: Caller,
  named: Named,
  attempt: () => Promise<Result | Refusal>,
): Promise<Result | Refusal> {
  const first = await attempt();
  if (!(first instanceof Refusal) || first.userErrors[0]?.code !== 'NOT_FOUND') return first;
  const copied = await awaitCopy(
    async () => {
      const known = await database.asActor(actor, (tx) => lookUpNamed(tx, named));
      return unknownName(named, known) ? null : known;
    },
    { timeoutMs: rules.copyWaitMs },
  );
  return copied ? attempt() : first;
}

/** The organisation's own zone, where it is known. */
export async function timeZoneOf(tx: Tx, organisationId: OrganisationId): Promise<string | undefined> {
  const [row] = await tx.query<{ timeZone: string }>(zoneOf, [organisationId]);
  return row?.timeZone;
}
