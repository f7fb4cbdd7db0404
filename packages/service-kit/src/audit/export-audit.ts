import type pg from 'pg';
import { canonicalValues, chainedColumns, type ChainedRow } from './chain.ts';

/** Rows read at a time. */
const pageSize = 5_000;

const seals = `SELECT number AS seal, position::int8::float8 AS position, encode(hash, 'hex') AS hash, at FROM audit.seal
  ORDER BY number`;
const witnesses = `SELECT service AS witness, seal, position::float8 AS position, encode(hash, 'hex') AS hash
  FROM audit.witness ORDER BY service, seal`;
const linked = `DECLARE linked CURSOR FOR SELECT l.position::float8 AS place, l.number::text AS link,
    encode(l.hash, 'hex') AS hash, ${chainedColumns}
  FROM audit.link l LEFT JOIN audit.access a ON a.number = l.number ORDER BY l.position, a.xid`;
const unsealed = `DECLARE unsealed CURSOR FOR SELECT ${chainedColumns} FROM audit.access a
  WHERE NOT EXISTS (SELECT FROM audit.link l WHERE l.number = a.number) ORDER BY a.xid, a.number`;

type Linked = ChainedRow & { place: number; link: string; hash: string };

/**
 * The whole audit of a service, one JSON value a line, for scripts/check-audit.mjs. Within a transaction that sees one
 * moment, as the worker or as whoever may read the schema `audit`.
 */
export async function* exportAudit(client: pg.ClientBase, service: string): AsyncGenerator<string> {
  const line = (value: object) => `${JSON.stringify(value)}\n`;
  yield line({ format: 'carethread audit', version: 1, service });
  for (const text of [seals, witnesses])
    for (const row of (await client.query<object>(text)).rows) yield line(row);
  for await (const { place: position, link: number, hash, ...row } of pages<Linked>(client, 'linked', linked))
    // Without a row, its columns are null.
    yield line({ position, number, hash, row: row.number === null ? null : canonicalValues(row) });
  for await (const row of pages<ChainedRow>(client, 'unsealed', unsealed))
    yield line({ unsealed: canonicalValues(row) });
}

async function* pages<Row extends object>(
  client: pg.ClientBase,
  name: string,
  declaration: string,
): AsyncGenerator<Row> {
  await client.query(declaration);
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${pageSize} FROM ${name}`);
    yield* rows;
    if (rows.length < pageSize) break;
  }
  await client.query(`CLOSE ${name}`);
}
