import type { Tx } from '@carethread/bus/transaction.ts';
import type { Actor, StepUp } from '@carethread/contracts/actor.ts';
import { isId } from '@carethread/contracts/ids.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import DataLoader from 'dataloader';
import { readCollectors } from './collectors.ts';
import type { PackRef } from './controls/pack.ts';
import type { Dispense } from './fill.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import type { Line } from './line.ts';
import type { PatientFacts } from './patient-facts.ts';
import type { Prescription } from './prescription.ts';
import { approvesRenewals } from './renewal/may-approve.ts';
import type { Renewal, Step } from './renewal/renewal.ts';
import type { Screening, StoredVerdict } from './screening.ts';
import { readPatientProfiles, type PatientProfile } from './show-patient-profile/read-patient-profiles.ts';
import { dated, readPrescriptions } from './store/load.ts';
import { readFacts } from './store/patient-facts-store.ts';
import { readWithdrawals, withdrawalsOf } from './withdrawal/read-withdrawals.ts';
import type { ProductWithdrawal } from './withdrawal/product-withdrawal.ts';
import { renewalColumns, type RenewalRow, toRenewal } from './store/renewal-store.ts';
import { lineJson, selectDispenses } from './store/select.ts';

/** A verdict that came back. */
export type Judged = Screening & { verdict: StoredVerdict; judgedAt: Date };

export interface SignedContent {
  prescriptionId: string;
  version: number;
  supersedes: number | null;
  contentHash: string;
  signedBy: string;
  signedAt: Date;
  policyPacks: PackRef[];
  stepUp: StepUp | null;
  lines: Line[];
}
/** A document without its bytes. */
export interface DocumentRow {
  id: string;
  prescriptionId: string;
  version: number;
  verificationCode: string;
  hash: string;
  byteCount: number;
  madeAt: Date;
}
export type DispenseRecord = Dispense & { prescriptionId: string; patientId: string };

const dispensesById = selectDispenses('d.id = ANY($1::uuid[])');
const dispensesByPrescription = selectDispenses('d.prescription_id = ANY($1::uuid[])');
const renewalsById = `SELECT ${renewalColumns} FROM renewal WHERE id = ANY($1::uuid[])`;
const renewalsByTicket = `SELECT ${renewalColumns} FROM renewal WHERE ticket_id = ANY($1::uuid[])`;
const renewalSteps = `SELECT renewal_id AS "renewalId", number, kind, reason, at FROM renewal_step
  WHERE renewal_id = ANY($1::uuid[]) ORDER BY renewal_id, number`;
const history = `SELECT prescription_id AS "prescriptionId", version, supersedes, content_hash AS "contentHash",
    signed_by AS "signedBy", signed_at AS "signedAt", packs AS "policyPacks", step_up AS "stepUp", coalesce((SELECT json_agg(${lineJson} ORDER BY l.position)
      FROM prescription_line l WHERE l.prescription_id = s.prescription_id AND l.content_version = s.version), '[]') AS lines
  FROM signed_content s WHERE prescription_id = ANY($1::uuid[]) ORDER BY version`;
const newestVerdicts = `SELECT DISTINCT ON (prescription_id) prescription_id AS "prescriptionId", number,
    content_version AS "contentVersion", content_hash AS "contentHash", facts_version AS "factsVersion", cause, input,
    asked_at AS "askedAt", verdict, judged_at AS "judgedAt"
  FROM screening WHERE prescription_id = ANY($1::uuid[]) AND verdict IS NOT NULL ORDER BY prescription_id, number DESC`;

const newestDocuments = `SELECT d.id, d.prescription_id AS "prescriptionId", d.version,
    d.verification_code AS "verificationCode", d.hash, octet_length(d.content) AS "byteCount", d.made_at AS "madeAt"
  FROM document d JOIN prescription p ON p.id = d.prescription_id AND p.content_version = d.version
  WHERE p.id = ANY($1::uuid[])`;

/** What one person may see of this service, each thing asked for once per request and together with its like. */
export type Reads = ReturnType<typeof createReads>;

export function createReads(database: Database, prisma: PrismaClient, actor: Actor | null, now: () => Date) {
  const ask = <Result>(work: (tx: Tx) => Promise<Result>) => database.asActor(actor, work);
  const rows = <Row>(text: string, ids: readonly string[]) => ask((tx) => tx.query<Row>(text, [ids]));
  /** One per id, or null. */
  const one = <Found>(find: (ids: string[]) => Promise<Found[]>, key: (found: Found) => string) =>
    new DataLoader<string, Found | null>(async (ids) => {
      const wanted = ids.map((id) => id.toLowerCase());
      const found = new Map((await find(wanted.filter(isId))).map((each) => [key(each), each]));
      return wanted.map((id) => found.get(id) ?? null);
    });
  /** All of each id. */
  const many = <Found>(find: (ids: readonly string[]) => Promise<Found[]>, key: (found: Found) => string) =>
    new DataLoader<string, Found[]>(async (ids) => {
      const found = Map.groupBy(await find(ids), key);
      return ids.map((id) => found.get(id) ?? []);
    });

  /** Whoever approves renewals has no rows of their own there: the worker reads for them. */
  const askRenewals = <Row>(text: string, ids: readonly string[]) =>
    approvesRenewals(actor) ? database.asWorker((tx) => tx.query<Row>(text, [ids])) : rows<Row>(text, ids);

  return {
    prescription: one<Prescription>(
      (ids) => ask((tx) => readPrescriptions(tx, ids)),
      ({ id }) => id,
    ),
    /** By ticket: the id of the prescription it carries. */
    carriedBy: one<{ ticketId: string; prescriptionId: string }>(
      async (ids) => {
        const [fills, prescriptions] = await Promise.all([
          prisma.fill.findMany({
            where: { ticketId: { in: ids } },
            select: { ticketId: true, prescriptionId: true },
          }),
          prisma.prescription.findMany({
            where: { ticketId: { in: ids }, NOT: { status: 'cancelled', signedAt: null } },
            select: { ticketId: true, id: true },
          }),
        ]);
        return [...fills, ...prescriptions.map(({ ticketId, id }) => ({ ticketId, prescriptionId: id }))];
      },
      ({ ticketId }) => ticketId,
    ),
    fill: one(
      (ids) =>
        prisma.fill.findMany({ where: { id: { in: ids } }, select: { id: true, prescriptionId: true } }),
      ({ id }) => id,
    ),
    dispense: one<DispenseRecord>(
      async (ids) => (await rows<DispenseRecord>(dispensesById, ids)).map(withDates),
      ({ id }) => id,
    ),
    dispenses: many<DispenseRecord>(
      async (ids) => (await rows<DispenseRecord>(dispensesByPrescription, ids)).map(withDates),
      ({ prescriptionId }) => prescriptionId,
    ),
    history: many<SignedContent>(
      (ids) => rows(history, ids),
      ({ prescriptionId }) => prescriptionId,
    ),
    /** By prescription: the document of the version in force. */
    document: one<DocumentRow>(
      (ids) => rows(newestDocuments, ids),
      ({ prescriptionId }) => prescriptionId,
    ),
    verdict: one<Judged & { prescriptionId: string }>(
      (ids) => rows(newestVerdicts, ids),
      ({ prescriptionId }) => prescriptionId,
    ),
    /** Those that count now, by product. */
    withdrawals: many<ProductWithdrawal>(
      (ids) => ask((tx) => withdrawalsOf(tx, ids, now())),
      ({ productId }) => productId,
    ),
    withdrawal: one<ProductWithdrawal>(
      (ids) => ask((tx) => readWithdrawals(tx, ids)),
      ({ id }) => id,
    ),
    facts: new DataLoader<string, PatientFacts | null>(async (ids) => {
      const found = await ask((tx) => readFacts(tx, ids, now()));
      return ids.map((id) => found.get(id) ?? null);
    }),
    renewal: one<Renewal>(
      async (ids) => (await askRenewals<RenewalRow>(renewalsById, ids)).map(toRenewal),
      ({ id }) => id,
    ),
    /** By ticket. */
    renewalOfTicket: one<Renewal>(
      async (ids) => (await askRenewals<RenewalRow>(renewalsByTicket, ids)).map(toRenewal),
      ({ ticketId }) => ticketId,
    ),
    renewalSteps: many<Step & { renewalId: string }>(
      (ids) => askRenewals(renewalSteps, ids),
      ({ renewalId }) => renewalId,
    ),
    /** Who may fetch medicines in the patient's place, by patient. */
    collectors: many<{ patientId: string; id: string }>(
      (ids) => ask((tx) => readCollectors(tx, ids, now())),
      ({ patientId }) => patientId,
    ),
    profile: one<PatientProfile>(
      (ids) => readPatientProfiles(prisma, actor, ids),
      ({ patientId }) => patientId,
    ),
  };
}

const withDates = (record: DispenseRecord): DispenseRecord => ({
  ...record,
  items: record.items.map((item) => dated(item, 'preparedAt')),
});
