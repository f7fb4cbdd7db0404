import type { UserId } from '@carethread/contracts/ids.ts';
import type { Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { notFound } from './change-prescription.ts';
import { changeProfile } from './change-profile.ts';
import type { Context } from './graphql/context.ts';

const tables = ['patient_allergy', 'patient_condition'] as const;
type RecordTable = (typeof tables)[number];

const owner = Object.fromEntries(
  tables.map((table) => [
    table,
    `SELECT patient_id AS "patientId" FROM ${table} WHERE id = $1 AND ended_at IS NULL`,
  ]),
) as Record<RecordTable, string>;
const end = Object.fromEntries(
  tables.map((table) => [
    table,
    `UPDATE ${table} SET ended_by = $2, ended_at = $3 WHERE id = $1 AND ended_at IS NULL RETURNING id`,
  ]),
) as Record<RecordTable, string>;

/** Ends an allergy or a condition; the row stays. Answers whose it was. */
export async function endRecord(
  context: Context,
  about: { table: RecordTable; id: string; field: string; expectedVersion: number },
): Promise<UserId | Refusal> {
  const actor = signedIn(context);
  const now = context.now();
  return context.database.asActor(actor, async (tx) => {
    const [row] = await tx.query<{ patientId: UserId }>(owner[about.table], [about.id]);
    if (!row) return notFound(about.field);
    const { expectedVersion } = about;
    return changeProfile(tx, { patientId: row.patientId, actor, now, expectedVersion }, async () => {
      const ended = await tx.query(end[about.table], [about.id, actor.userId, now]);
      if (ended.length === 0) return notFound(about.field);
    });
  });
}
