/** Paper of a document. */
export type Paper = 'A4' | 'LETTER';

/** Everything a document says, as it is to be read: the same content always gives the same bytes. */
export interface PageContent {
  paper: Paper;
  prescriptionId: string;
  /** Content version of the prescription. */
  version: number;
  /** SHA-256 of the signed content. */
  contentHash: string;
  /** As it is stored, without hyphens. */
  verificationCode: string;
  verificationAddress: string;
  patient: { name: string; born: string | null };
  prescriber: { name: string; licenceNumber: string | null };
  clinic: { name: string; city: string };
  signedAt: Date;
  /** As people read it, in the clinic's zone. */
  signed: string;
  signedOn: string;
  validUntil: string;
  medicines: Medicine[];
  safetyNotes: string[];
}

export interface Medicine {
  name: string;
  /** Strength and form, when the doctor gave them apart. */
  details: string | null;
  directions: string | null;
  instructions: string | null;
  substitution: string;
  quantity: string;
  repeats: string;
}
