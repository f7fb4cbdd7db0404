import { createHash } from 'node:crypto';
import type { OrganisationId, PrescriptionId, UserId } from '@carethread/contracts/ids.ts';
import type { Line } from './line.ts';

export interface Content {
  prescriptionId: PrescriptionId;
  contentVersion: number;
  patientId: UserId;
  doctorId: UserId;
  clinicId: OrganisationId;
  lines: readonly Line[];
}

/**
 * The content as bytes: JSON with sorted keys and no spaces (RFC 8785 gives the same for what a line can hold). What
 * the catalog made of a line is no part of it; the doctor did not write that.
 */
export function canonicalContent({ lines, ...head }: Content): string {
  const { prescriptionId, contentVersion, patientId, doctorId, clinicId } = head;
  const written = lines.map(({ resolved: _, ...line }) => line);
  return JSON.stringify(
    { prescriptionId, contentVersion, patientId, doctorId, clinicId, lines: written },
    (_, value: unknown) =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
  );
}

/** SHA-256 of the canonical content, in hexadecimal: what a signature, a verdict and an override are about. */
export const contentHash = (content: Content): string =>
  createHash('sha256').update(canonicalContent(content)).digest('hex');
