import type pg from 'pg';

export interface Violations {
  /** Requests that were acknowledged and left no effect. */
  lost: number;
  /** Effects beyond the first of a request. */
  duplicates: number;
  /** Effects of requests nobody made. */
  invented: number;
  /** Aggregates whose effects are not 1, 2, 3 … in the order they were applied. */
  disordered: number;
}

export const none: Violations = { lost: 0, duplicates: 0, invented: 0, disordered: 0 };

const disorder = `SELECT count(DISTINCT aggregate_id)::int AS n FROM (
  SELECT aggregate_id, sequence, lag(sequence, 1, 0) OVER (PARTITION BY aggregate_id ORDER BY id) AS before
  FROM effect WHERE aggregate_id = ANY($1)) AS effect WHERE sequence <> before + 1`;

/** Compares what a service did with what was acknowledged to the client (I1, I2) and in which order (I3). */
export async function checkEffects(
  pool: pg.Pool,
  requests: ReadonlyMap<string, string>,
  possible: ReadonlySet<string> = new Set(requests.keys()),
): Promise<Violations> {
  const aggregates = [...new Set(requests.values())];
  const { rows } = await pool.query<{ request_id: string }>(
    'SELECT request_id FROM effect WHERE aggregate_id = ANY($1)',
    [aggregates],
  );
  const seen = new Set(rows.map((row) => row.request_id));
  const disordered = await pool.query<{ n: number }>(disorder, [aggregates]);
  return {
    lost: [...requests.keys()].filter((id) => !seen.has(id)).length,
    duplicates: rows.length - seen.size,
    invented: [...seen].filter((id) => !possible.has(id)).length,
    disordered: disordered.rows[0]!.n,
  };
}
