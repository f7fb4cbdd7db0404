import { emit } from '@carethread/bus/outbox.ts';
import { DocumentDownloaded } from '@carethread/contracts/events/prescriptions.ts';
import { personBehind } from '@carethread/contracts/actor.ts';
import { newId, type PrescriptionId, type TicketId, type UserId } from '@carethread/contracts/ids.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { tellRenewal } from '../renewal/tell-renewal.ts';
import type { Link } from './link.ts';

/** A document on its way to somebody. */
export interface Sent {
  content: Buffer;
  fileName: string;
  patientId: UserId;
}

interface Found {
  prescriptionId: PrescriptionId;
  patientId: UserId;
  ticketId: TicketId;
  version: number;
  content: Buffer;
}

// The ticket people mean: that of the fill which is open, else of the newest one.
const find = `SELECT d.prescription_id AS "prescriptionId", p.patient_id AS "patientId", d.version, d.content,
    coalesce((SELECT ticket_id FROM fill f WHERE f.prescription_id = p.id AND f.status <> 'superseded'
      ORDER BY (f.status = 'open') DESC, f.number DESC LIMIT 1), p.ticket_id) AS "ticketId"
  FROM document d JOIN prescription p ON p.id = d.prescription_id WHERE d.id = $1`;
const isOver = `SELECT EXISTS (SELECT 1 FROM ended_session WHERE id = $1)
    OR NOT EXISTS (SELECT 1 FROM membership WHERE id = $2 AND NOT ended) AS over`;
const count =
  'UPDATE document SET event_number = event_number + 1 WHERE id = $1 RETURNING event_number AS number';
const insert = `INSERT INTO document_download (id, document_id, link_id, user_id, proxy_id, role, organisation_id, downloaded_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;

/**
 * Fetches a document by a link that is still good, as the person it was given to, and keeps on record that it was sent.
 * Null when that person may not have it any more, or their membership or session has ended: looked at now, whatever was
 * true when the link was made.
 */
export async function downloadDocument(
  database: Database,
  { id: linkId, documentId, actor }: Link,
  at: { now: Date; requestId: string; traceparent: string | null },
): Promise<Sent | null> {
  const { userId, membershipId, sessionId, role, organisationId } = actor;
  // Not the person's to see, so the worker looks.
  const [session] = await database.asWorker((tx) =>
    tx.query<{ over: boolean }>(isOver, [sessionId, membershipId]),
  );
  if (session!.over) return null;
  return database.asActor(actor, async (tx) => {
    const [[found], [counted]] = await Promise.all([
      tx.query<Found>(find, [documentId]),
      tx.query<{ number: number }>(count, [documentId]),
    ]);
    if (!found || !counted) return null;
    const { prescriptionId, patientId, ticketId, version, content } = found;
    tx.send(insert, [
      newId<'Download'>(),
      documentId,
      linkId,
      userId,
      actor.proxyId ?? null,
      role,
      organisationId,
      at.now,
    ]);
    emit(tx, DocumentDownloaded, {
      aggregateId: documentId,
      sequence: counted.number,
      data: { prescriptionId, ticketId, documentId, by: personBehind(actor) },
      ...causeOfRequest({ actor, requestId: at.requestId, traceparent: at.traceparent }),
    });
    tellRenewal(tx, { is: 'downloaded', prescriptionId, documentId, by: userId }, at.now);
    return { content, fileName: `prescription-${prescriptionId.slice(-8)}-v${version}.pdf`, patientId };
  });
}
