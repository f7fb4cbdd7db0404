import { emit } from '@carethread/bus/outbox.ts';
import { schedule } from '@carethread/bus/task.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { PrescriptionId, RenewalId, TicketId } from '@carethread/contracts/ids.ts';
import { type Cause, proxyIn } from '@carethread/service-kit/cause.ts';
import { announceRenewal } from '../renewal/announce.ts';
import type { MoneyState, Renewal, RenewalState, Settled } from '../renewal/renewal.ts';

export const renewalColumns = `id, ticket_id AS "ticketId", patient_id AS "patientId", doctor_id AS "doctorId", clinic_id AS "clinicId",
  source_id AS "sourceId", source_hash AS "sourceHash", medicines, authority_at AS "authorityAt",
  price_minor AS "priceMinor", currency, state, money, deadline, requested_at AS "requestedAt",
  decided_by AS "decidedBy", decided_at AS "decidedAt", prescription_id AS "prescriptionId",
  document_id AS "documentId", version, event_number AS "eventNumber", step_count AS "stepCount"`;

/** A row, as Prisma and as SQL give it. */
export interface RenewalRow {
  id: string;
  ticketId: string;
  patientId: string;
  doctorId: string;
  clinicId: string;
  sourceId: string;
  sourceHash: string;
  medicines: unknown;
  authorityAt: Date;
  priceMinor: number | null;
  currency: string | null;
  state: string;
  money: string;
  deadline: Date | null;
  requestedAt: Date;
  decidedBy: string | null;
  decidedAt: Date | null;
  prescriptionId: string | null;
  documentId: string | null;
  version: number;
  eventNumber: number;
  stepCount: number;
}

export const toRenewal = ({ priceMinor, currency, ...row }: RenewalRow): Renewal => ({
  ...(row as unknown as Omit<Renewal, 'price' | 'state' | 'money'>),
  state: row.state as RenewalState,
  money: row.money as MoneyState,
  price: priceMinor !== null && currency !== null ? { minor: priceMinor, currency } : null,
});

const locked = (condition: string) =>
  `SELECT ${renewalColumns} FROM renewal WHERE ${condition} FOR NO KEY UPDATE`;
const byId = locked('id = $1');
const byTicket = locked('ticket_id = $1');
const insert = `INSERT INTO renewal (id, ticket_id, patient_id, doctor_id, clinic_id, source_id, source_hash, medicines,
  authority_at, price_minor, currency, state, money, deadline, requested_at, version, event_number, step_count)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`;
const update = `UPDATE renewal SET state = $2, money = $3, deadline = $4, decided_by = $5, decided_at = $6,
  prescription_id = $7, document_id = $8, version = $9, event_number = $10, step_count = $11 WHERE id = $1`;
const insertStep =
  'INSERT INTO renewal_step (renewal_id, number, kind, reason, at) VALUES ($1, $2, $3, $4, $5)';

/**
 * The renewal, locked until the transaction ends; null when there is none. Whoever needs a prescription's lock as well
 * takes that one first.
 */
export const lockRenewal = (tx: Tx, id: RenewalId): Promise<Renewal | null> => lock(tx, byId, id);

export const lockRenewalOfTicket = (tx: Tx, ticketId: TicketId): Promise<Renewal | null> =>
  lock(tx, byTicket, ticketId);

async function lock(tx: Tx, text: string, id: string): Promise<Renewal | null> {
  const [row] = await tx.query<RenewalRow>(text, [id]);
  return row ? toRenewal(row) : null;
}

const around = `SELECT ticket_id AS "ticketId", source_id AS "sourceId", prescription_id AS "prescriptionId"
  FROM renewal WHERE id = $1`;

/** What is to be locked before a renewal is, in this order. The ids, once there, never change. */
export interface Around {
  ticketId: TicketId;
  sourceId: PrescriptionId;
  prescriptionId: PrescriptionId | null;
}

export const findAround = async (tx: Tx, id: RenewalId): Promise<Around | null> =>
  (await tx.query<Around>(around, [id]))[0] ?? null;

export interface DeadlinePayload {
  renewalId: RenewalId;
  deadline: string;
}

/** Writes a decision with its steps, events and timer. Sends only: all of it travels with the commit. */
export function saveRenewal(tx: Tx, before: Renewal | null, settled: Settled, cause: Cause): Renewal {
  const { renewal, steps, facts } = settled;
  const after = { ...renewal, eventNumber: renewal.eventNumber + facts.length };
  if (before) tx.send(update, changing(after));
  else tx.send(insert, fresh(after));
  for (const { number, kind, reason, at } of steps) tx.send(insertStep, [after.id, number, kind, reason, at]);
  facts.forEach((fact, i) => {
    const { definition, data } = announceRenewal(fact, after);
    const sequence = renewal.eventNumber + i + 1;
    emit(tx, definition, {
      aggregateId: after.id,
      sequence,
      data: { ...(data as object), ...proxyIn(cause) },
      ...cause,
    });
  });
  const { id: renewalId, deadline } = after;
  if (deadline && deadline.getTime() !== before?.deadline?.getTime())
    schedule(tx, {
      key: `renewal-deadline:${renewalId}:${deadline.getTime()}`,
      kind: 'renewal-deadline',
      payload: { renewalId, deadline: deadline.toISOString() } satisfies DeadlinePayload,
      dueAt: deadline,
    });
  return after;
}

const changing = (r: Renewal) => [
  r.id,
  r.state,
  r.money,
  r.deadline,
  r.decidedBy,
  r.decidedAt,
  r.prescriptionId,
  r.documentId,
  r.version,
  r.eventNumber,
  r.stepCount,
];

const fresh = (r: Renewal) => [
  r.id,
  r.ticketId,
  r.patientId,
  r.doctorId,
  r.clinicId,
  r.sourceId,
  r.sourceHash,
  JSON.stringify(r.medicines),
  r.authorityAt,
  r.price?.minor ?? null,
  r.price?.currency ?? null,
  r.state,
  r.money,
  r.deadline,
  r.requestedAt,
  r.version,
  r.eventNumber,
  r.stepCount,
];
