import { AccessQuestioned } from '@carethread/contracts/events/messaging.ts';
import {
  derivedId,
  type Id,
  idSchema,
  type OrganisationId,
  type TicketId,
  type UserId,
} from '@carethread/contracts/ids.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { bodySchema } from '../message.ts';
import { seatParties } from '../seat-parties.ts';
import { sendMessage } from '../sending.ts';
import { ThreadNews } from '../thread-store.ts';

const inputSchema = z.object({
  idempotencyKey: idSchema<'Key'>(),
  accessId: idSchema<'RecordAccess'>(),
  text: bodySchema,
});

const findAccess = `SELECT organisation_id AS "organisationId" FROM record_access WHERE id = $1 AND patient_id = $2`;
/** Of the organisation that accessed, if it has one; then whoever has the fewest questions. Never the reader themselves. */
const findOfficer = `SELECT o.user_id AS "officerId", o.organisation_id AS "organisationId" FROM audit_officer o
  WHERE o.active AND o.user_id NOT IN (SELECT coalesce(user_id, patient_id) FROM record_access WHERE id = $1) AND o.user_id <> $2
  ORDER BY o.organisation_id = (SELECT organisation_id FROM record_access WHERE id = $1) DESC NULLS LAST,
    (SELECT count(*) FROM access_question q WHERE q.officer_id = o.user_id), o.membership_id LIMIT 1`;
const keep = `INSERT INTO access_question (ticket_id, access_id, patient_id, officer_id, organisation_id, asked_at)
  VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (access_id) DO NOTHING RETURNING ticket_id`;

export interface Asked {
  ticketId: TicketId;
  accessId: Id<'RecordAccess'>;
  officerId: UserId;
  organisationId: OrganisationId;
}
interface Asking {
  actor: Actor;
  cause: Cause;
  now: () => Date;
}

/**
 * A patient questions an access. First it is kept that they did, and who answers; then the thread is opened, which tells
 * tickets; then the question is its first message. Each step can be done again, so a repeat of the request goes on where
 * an earlier one ended.
 */
export async function questionAccess(
  database: Database,
  asking: Asking,
  raw: unknown,
): Promise<Asked | Refusal> {
  const input = checkInput(inputSchema, raw);
  if (input instanceof Refusal) return input;
  const { idempotencyKey: key, accessId, text } = input;
  const { actor, now } = asking;
  const asked = await database.command({ actor, name: 'questionAccess', key, input }, (tx) =>
    assign(tx, actor.userId, accessId, now()),
  );
  if (asked instanceof Refusal) return asked;
  await database.asWorker((tx) => openThread(tx, asking, asked));
  const sent = await sendMessage(database, asking, { ticketId: asked.ticketId, clientId: key, body: text });
  return sent instanceof Refusal ? sent : asked;
}

async function assign(
  tx: Tx,
  patientId: UserId,
  accessId: Id<'RecordAccess'>,
  now: Date,
): Promise<Asked | Refusal> {
  const [[access], [officer]] = await Promise.all([
    tx.query<object>(findAccess, [accessId, patientId]),
    tx.query<{ officerId: UserId; organisationId: OrganisationId }>(findOfficer, [accessId, patientId]),
  ]);
  if (!access)
    return refuse('NOT_FOUND', 'There is no such access to your record.', { path: ['input', 'accessId'] });
  if (!officer) return refuse('UNAVAILABLE', 'Nobody is there to answer just now. Please try again later.');
  const ticketId = derivedId<'Ticket'>(accessId, 'question');
  const { officerId, organisationId } = officer;
  const kept = await tx.query(keep, [ticketId, accessId, patientId, officerId, organisationId, now]);
  if (kept.length === 0)
    return refuse('CONFLICT', 'You have questioned this access before; the answer comes in its thread.', {
      path: ['input', 'accessId'],
    });
  return { ticketId, accessId, officerId, organisationId };
}

async function openThread(tx: Tx, { actor, cause, now }: Asking, asked: Asked): Promise<void> {
  const { ticketId, accessId, officerId, organisationId } = asked;
  const parties = { people: { patientId: actor.userId, doctorId: officerId } };
  const news = { ticketId, parties, order: { id: null, type: 'consultation' as const } };
  const thread = await seatParties(tx, news, cause, now());
  // Told once: by whoever opened the thread.
  if (thread.version !== 1) return;
  const told = new ThreadNews(tx, thread, cause);
  told.emit(AccessQuestioned, { patientId: actor.userId, officerId, organisationId, accessId });
  told.keep();
}
