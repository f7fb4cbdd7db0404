import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import { ConsentDecided, consentKinds } from '@carethread/contracts/events/identity.ts';
import { type ConsentId, idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { refuse, Refusal, staleVersion } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { type AskingActor, originOf } from '../asking.ts';
import { consentIdOf } from '../consent.ts';
import { endAllOf } from '../emergency-access-store.ts';
import { nameSchema } from '../name.ts';
import { loadOrganisationKind } from '../organisation-store.ts';

const decideInput = z
  .object({
    idempotencyKey: idSchema(),
    kind: z.string().toLowerCase().pipe(z.enum(consentKinds)),
    organisationId: idSchema<'Organisation'>()
      .nullish()
      .transform((id) => id ?? null),
    given: z.boolean(),
    textVersion: nameSchema(40),
    expectedVersion: z.int().min(0),
  })
  .refine(({ kind, organisationId }) => (kind === 'share_record') === (organisationId !== null), {
    path: ['organisationId'],
    message: 'must be given with SHARE_RECORD, and only then',
  });

// The primary key makes the second of two decisions with one number wait, and then fail.
const insert = `INSERT INTO consent_decisions
    (consent_id, number, patient_id, kind, organisation_id, given, text_version, decided_by, decided_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING number`;
const newest = `SELECT coalesce(max(number), 0) AS number FROM consent_decisions WHERE consent_id = $1`;

/** Adds a decision to a consent. Answers the consent's id. */
export async function decideConsent(
  asking: AskingActor,
  input: unknown,
): Promise<{ id: ConsentId } | Refusal> {
  const wish = checkInput(decideInput, input);
  if (wish instanceof Refusal) return wish;
  const { idempotencyKey: key, ...content } = wish;
  const command = { actor: asking.actor, name: 'decideConsent', key, input: content };
  return asking.database.command<{ id: ConsentId } | Refusal>(command, (tx) => decide(tx, asking, content));
}

async function decide(
  tx: Tx,
  asking: AskingActor,
  content: Omit<z.infer<typeof decideInput>, 'idempotencyKey'>,
): Promise<{ id: ConsentId } | Refusal> {
  const { userId: patientId } = asking.actor;
  const { kind, organisationId, given, textVersion, expectedVersion } = content;
  const id = consentIdOf(patientId, kind, organisationId);
  const now = asking.now();
  const [[last], organisation] = await Promise.all([
    tx.query<{ number: number }>(newest, [id]),
    organisationId ? loadOrganisationKind(tx, organisationId) : null,
  ]);
  if (organisationId && organisation !== 'clinic')
    return refuse('NOT_FOUND', 'There is no such clinic.', { path: ['input', 'organisationId'] });
  if (last!.number !== expectedVersion) return staleVersion(expectedVersion, last!.number);
  const number = expectedVersion + 1;
  const row = [id, number, patientId, kind, organisationId, given, textVersion, patientId, now];
  if ((await tx.query(insert, row)).length === 0) return staleVersion(expectedVersion, number);
  emit(tx, ConsentDecided, {
    aggregateId: id,
    sequence: number,
    data: { consentId: id, patientId, kind, organisationId, given },
    ...originOf(asking),
  });
  if (kind === 'emergency_access' && !given) await endAllOf(tx, patientId, now, originOf(asking));
  return { id };
}
