import { emit } from '@carethread/bus/outbox.ts';
import { type OutsideCall, outsideCall } from '@carethread/bus/task-handlers.ts';
import { DocumentMade } from '@carethread/contracts/events/prescriptions.ts';
import { type DocumentId, newId, type PrescriptionId } from '@carethread/contracts/ids.ts';
import { createHash } from 'node:crypto';
import type { LocalDate } from '../calendar.ts';
import type { Packs } from '../controls/packs.ts';
import { currentFill, type Signed } from '../prescription.ts';
import type { StoredVerdict } from '../screening.ts';
import { readPrescriptions } from '../store/load.ts';
import { tellRenewal } from '../renewal/tell-renewal.ts';
import { newVerificationCode } from '../verification-code.ts';
import { compose } from './compose.ts';
import type { ReadNames } from './names.ts';
import type { Draw } from './draw-apart.ts';

export interface MakingDocuments {
  readNames: ReadNames;
  draw: Draw;
  packs: Packs;
  /** The address under which a code is looked up. */
  verificationAddress: (code: string) => string;
  now: () => Date;
}

/** What is on record besides the prescription. */
interface OnRecord {
  membershipId: string | null;
  birthDate: LocalDate | null;
  /** The newest there is: a check that is under way says nothing yet. */
  verdict: StoredVerdict | null;
}

interface Wanted extends OnRecord {
  prescription: Signed;
  membershipId: string;
}

interface Made {
  wanted: Wanted;
  code: string;
  content: Buffer;
}

const isMade = 'SELECT 1 FROM document WHERE prescription_id = $1 AND version = $2';
const besides = `SELECT
    (SELECT id FROM membership WHERE user_id = p.doctor_id AND organisation_id = p.clinic_id AND role = 'doctor'
      ORDER BY ended LIMIT 1) AS "membershipId",
    (SELECT birth_date::text FROM patient_profile f WHERE f.patient_id = p.patient_id) AS "birthDate",
    (SELECT verdict FROM screening s WHERE s.prescription_id = p.id AND s.content_hash = p.content_hash
      AND verdict IS NOT NULL ORDER BY number DESC LIMIT 1) AS verdict
  FROM prescription p WHERE p.id = $1`;
const insert = `INSERT INTO document (id, prescription_id, version, verification_code, content, hash, made_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id`;

/**
 * Makes the document of a released version: once, whoever asks for it and however often. A version that is not in force
 * any more gets none, nor does one that has ended.
 */
export const makeDocument = (making: MakingDocuments): OutsideCall<unknown, unknown> =>
  outsideCall<Wanted | null, Made | null>({
    leaseMs: 30_000,
    async prepare(task, tx) {
      const { prescriptionId, version } = task.payload as { prescriptionId: PrescriptionId; version: number };
      const [made, [more], [prescription]] = await Promise.all([
        tx.query(isMade, [prescriptionId, version]),
        tx.query<OnRecord>(besides, [prescriptionId]),
        readPrescriptions(tx, [prescriptionId]),
      ]);
      if (made.length > 0 || !prescription || !isReleased(prescription, version)) return null;
      if (!more?.membershipId) throw new Error('The membership the doctor signed in is not known.');
      return { ...more, prescription, membershipId: more.membershipId };
    },
    async call(wanted, _task, signal) {
      if (!wanted) return null;
      const { prescription, membershipId, birthDate, verdict } = wanted;
      const { id: prescriptionId, patientId, doctorId, clinicId } = prescription;
      const people = { prescriptionId, patientId, doctorId, clinicId, membershipId };
      const names = await making.readNames(people, making.now(), signal);
      const code = newVerificationCode();
      const address = making.verificationAddress(code);
      const page = compose(prescription, { names, birthDate, verdict, packs: making.packs, code, address });
      return { wanted, code, content: await making.draw(page) };
    },
    async record(made, _task, tx) {
      if (!made) return;
      const { prescription } = made.wanted;
      const { id: prescriptionId, contentVersion: version } = prescription;
      const documentId = newId<'Document'>();
      const hash = createHash('sha256').update(made.content).digest('hex');
      const values = [documentId, prescriptionId, version, made.code, made.content, hash, making.now()];
      // Another attempt, whose lease had ended, may have been quicker: then its document is the one.
      if ((await tx.query<{ id: DocumentId }>(insert, values)).length === 0) return;
      const ticketId = currentFill(prescription)?.ticketId ?? prescription.ticketId;
      emit(tx, DocumentMade, {
        aggregateId: documentId,
        sequence: 1,
        data: { prescriptionId, ticketId, documentId, version },
      });
      tellRenewal(tx, { is: 'made', prescriptionId, documentId }, making.now());
    },
  });

const isReleased = (
  prescription: { status: string; contentVersion: number; signature: unknown },
  version: number,
): prescription is Signed =>
  (prescription.status === 'released' || prescription.status === 'completed') &&
  prescription.contentVersion === version &&
  prescription.signature !== null;
