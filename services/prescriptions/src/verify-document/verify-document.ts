import type { Database } from '@carethread/service-kit/database.ts';
import { expiresEverywhere } from '../ending.ts';
import type { Status } from '../prescription.ts';
import { readVerificationCode } from '../verification-code.ts';

/** What anybody who has the code may know of a document. */
export const standings = ['valid', 'superseded', 'cancelled', 'expired', 'dispensed', 'unknown'] as const;
export type Standing = (typeof standings)[number];

export interface Verification {
  standing: Standing;
  version: number | null;
  /** SHA-256 of the genuine file. */
  documentHash: string | null;
}

const unknown: Verification = { standing: 'unknown', version: null, documentHash: null };

interface Row {
  version: number;
  documentHash: string;
  status: Status;
  contentVersion: number;
  validUntil: Date;
}

const find = `SELECT d.version, d.hash AS "documentHash", p.status, p.content_version AS "contentVersion",
    p.valid_until AS "validUntil"
  FROM document d JOIN prescription p ON p.id = d.prescription_id WHERE d.verification_code = $1`;

/**
 * Whether the prescription on a document still counts. Asked by anybody, so the worker looks, and only this leaves. A
 * code nobody was given and a text that is no code get the same answer.
 */
export async function verifyDocument(database: Database, text: string, now: Date): Promise<Verification> {
  const code = readVerificationCode(text);
  const [found] = code ? await database.asWorker((tx) => tx.query<Row>(find, [code])) : [];
  if (!found) return unknown;
  const { version, documentHash } = found;
  return { standing: standingOf(found, now), version, documentHash };
}

/** A cancellation counts for every version; otherwise only the newest signed one can count. */
export function standingOf(
  { status, version, contentVersion, validUntil }: Omit<Row, 'documentHash'>,
  now: Date,
): Exclude<Standing, 'unknown'> {
  if (status === 'cancelled') return 'cancelled';
  if (version < contentVersion) return 'superseded';
  switch (status) {
    case 'completed':
      return 'dispensed';
    case 'expired':
      return 'expired';
    case 'released':
    case 'blocked':
    case 'signed':
    case 'draft':
      return now >= expiresEverywhere(validUntil) ? 'expired' : 'valid';
    default:
      return status satisfies never;
  }
}
