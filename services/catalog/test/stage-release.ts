import type { Tx } from '@carethread/bus/transaction.ts';
import { newId, type ReleaseId } from '@carethread/contracts/ids.ts';
import { completeRelease } from '../src/release/publish-release.ts';
import { releaseTables } from '../src/release/rows.ts';

const inForce = 'SELECT release_id AS id FROM reference.current_release';
const copyRelease = `INSERT INTO reference.release
  SELECT (jsonb_populate_record(each, jsonb_build_object('id', $2::uuid, 'base_id', $1::uuid, 'publications', 0,
    'number', (SELECT max(number) + 1 FROM reference.release)))).*
  FROM reference.release each WHERE id = $1 RETURNING number`;

/** A copy of the release in force with further interactions between two ingredients, not in force yet. */
export async function stageRelease(
  tx: Tx,
  ...pairs: readonly (readonly [a: string, b: string])[]
): Promise<{ id: ReleaseId; number: number }> {
  const id = newId<'Release'>();
  const [from] = await tx.query<{ id: string }>(inForce);
  const [release] = await tx.query<{ number: number }>(copyRelease, [from!.id, id]);
  for (const table of releaseTables)
    await tx.query(
      `INSERT INTO reference.${table} SELECT (jsonb_populate_record(each, jsonb_build_object('release_id', $2::uuid))).*
         FROM reference.${table} each WHERE release_id = $1`,
      [from!.id, id],
    );
  for (const [a, b] of pairs)
    await tx.query(
      `INSERT INTO reference.interaction_rule
         (release_id, id, a, b, severity, mechanism, effect, management, exposure, sources, origin)
       VALUES ($1, $2, $3, $4, 'major', 'Not known yet', 'Harm seen in a study', 'Avoid', 'systemic',
         '[{ "kind": "house-rule", "ref": "test", "checked": true }]', 'formulary')`,
      [id, `ddi-new-${a}-${b}`, `ingredient:${a}`, `ingredient:${b}`],
    );
  await completeRelease(tx, id);
  return { id, number: release!.number };
}
