import type { OrganisationId, PrescriptionId, UserId } from '@carethread/contracts/ids.ts';
import { z } from 'zod';
import type { DocumentKeys } from '../document-keys.ts';

const namesSchema = z.object({
  patient: z.string().nullable(),
  prescriber: z.string().nullable(),
  licenceNumber: z.string().nullable(),
  clinic: z.object({ name: z.string(), city: z.string() }).nullable(),
});

/** What is printed and is identity's to say. */
export interface Names {
  patient: string;
  prescriber: string;
  licenceNumber: string | null;
  clinic: { name: string; city: string };
}

/** Whose names are wanted, and the membership in which the doctor signed. */
export interface NamesWanted {
  prescriptionId: PrescriptionId;
  patientId: UserId;
  doctorId: UserId;
  clinicId: OrganisationId;
  membershipId: string;
}

export type ReadNames = (wanted: NamesWanted, now: Date, signal: AbortSignal) => Promise<Names>;

const purpose = { type: 'ct-names+jwt', audience: 'carethread-gateway' };
const lifeMs = 60_000;

/**
 * The names, as the doctor who signed may see them, asked of the gateway: we keep no copy of names and know no other
 * service. Throws while they cannot be had, also when identity has not heard of the ticket yet: the task tries again.
 */
export const namesFromGateway =
  (url: string, keys: DocumentKeys): ReadNames =>
  async (wanted, now, signal) => {
    const token = keys.sign(purpose, wanted, new Date(now.getTime() + lifeMs));
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal,
    });
    if (!response.ok) throw new Error(`The gateway answered ${response.status} when asked for names.`);
    const { patient, prescriber, licenceNumber, clinic } = namesSchema.parse(await response.json());
    if (patient === null || prescriber === null || clinic === null)
      throw new Error('Some name is not known to identity, or not yet.');
    return { patient, prescriber, licenceNumber, clinic };
  };
