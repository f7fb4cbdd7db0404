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

/** SHA-256 in hexadecimal of a value as JSON with sorted keys and without spaces (RFC 8785). */
export const canonicalHash = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value, sortKeys)).digest('hex');

const sortKeys = (_: string, value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/**
 * Hash of what the doctor wrote: what a signature, a verdict and an override are about. What the catalog made of a line
 * is no part of it.
 */
export const contentHash = ({ lines, ...head }: Content): string => {
  const { prescriptionId, contentVersion, patientId, doctorId, clinicId } = head;
  const written = lines.map(({ resolved: _, ...line }) => line);
  return canonicalHash({ prescriptionId, contentVersion, patientId, doctorId, clinicId, lines: written });
};
