import { emit } from '@carethread/bus/outbox.ts';
import { inTransaction, type Tx } from '@carethread/bus/transaction.ts';
import type { ServiceName } from '@carethread/contracts/define-event.ts';
import { auditIdOf, type AuditSealed, auditSealed } from '@carethread/contracts/events/audit.ts';
import type pg from 'pg';
import { chainedColumns, type ChainedRow, chainStart, nextHash } from './chain.ts';
import { summaryOf } from './summary.ts';

/** Rows in one seal; as many as one event can tell of. */
const mostRows = 500;

/** How far the chain goes after a seal. */
export interface SealedUpTo {
  seal: number;
  position: bigint;
  hash: Buffer;
  /** Rows of this seal. */
  rows: number;
}

interface Head {
  seal: number;
  position: string;
  hash: Buffer;
  horizon: string;
}
type Found = ChainedRow & { xid: string; xmin: string };

const lock = `SELECT pg_try_advisory_xact_lock(hashtext('carethread audit')) AS mine`;
const head = `SELECT number AS seal, position::text, hash, horizon::text FROM audit.seal ORDER BY number DESC LIMIT 1`;
/**
 * What is not in the chain yet. A row may be committed after rows with higher numbers, so nothing goes by numbers: rows of
 * transactions before the horizon are known to be in, all others are looked at. In a restored copy, whose transaction
 * numbers began anew, the horizon says nothing.
 */
const unsealed = `SELECT ${chainedColumns}, a.xid::text, pg_snapshot_xmin(pg_current_snapshot())::text AS xmin
  FROM audit.access a
  WHERE a.xid >= coalesce((SELECT horizon FROM audit.seal WHERE horizon <= pg_snapshot_xmax(pg_current_snapshot())
      ORDER BY number DESC LIMIT 1), '0'::xid8)
    AND NOT EXISTS (SELECT FROM audit.link WHERE link.number = a.number)
  ORDER BY a.xid, a.number LIMIT ${mostRows}`;
const link = `INSERT INTO audit.link (position, number, hash)
  SELECT $1::bigint + place, number, hash
  FROM unnest($2::bigint[], $3::bytea[]) WITH ORDINALITY AS linked (number, hash, place)`;
const seal = 'INSERT INTO audit.seal (number, position, hash, horizon) VALUES ($1, $2, $3, $4::xid8)';

/** What the service itself does about its seal, in the same transaction; others hear of it. */
export type Alongside = (sealed: AuditSealed, tx: Tx) => Promise<void>;

/**
 * Puts the next rows into the chain and tells others how far it goes. Answers null when there is nothing to do, or when
 * another instance is at it. All or nothing, so a crash leaves no half a seal.
 */
export function sealAccesses(
  pool: pg.Pool,
  service: ServiceName,
  alongside: Alongside = async () => {},
): Promise<SealedUpTo | null> {
  return inTransaction(pool, async (tx) => {
    const [[turn], [last], rows] = await Promise.all([
      tx.query<{ mine: boolean }>(lock),
      tx.query<Head>(head),
      tx.query<Found>(unsealed),
    ]);
    if (!turn?.mine || rows.length === 0) return null;
    const sealed = extend(tx, service, last, rows);
    await alongside(sealed.told, tx);
    return sealed.upTo;
  });
}

function extend(tx: Tx, service: ServiceName, last: Head | undefined, rows: readonly Found[]) {
  const before = BigInt(last?.position ?? 0);
  let hash = last?.hash ?? chainStart(service);
  const hashes = rows.map((row) => (hash = nextHash(hash, row)));
  tx.send(link, [String(before), rows.map(({ number }) => number), hashes]);
  const number = (last?.seal ?? 0) + 1;
  const position = before + BigInt(rows.length);
  tx.send(seal, [number, String(position), hash, horizonAfter(rows)]);
  const told: AuditSealed = {
    seal: number,
    position: Number(position),
    hash: hash.toString('hex'),
    accesses: summaryOf(rows),
  };
  emit(tx, auditSealed[service], { aggregateId: auditIdOf(service), sequence: number, data: told });
  return { told, upTo: { seal: number, position, hash, rows: rows.length } satisfies SealedUpTo };
}

/** Everything before this transaction is in: no earlier one is under way, and none was left behind by the limit. */
function horizonAfter(rows: readonly Found[]): string {
  const { xid, xmin } = rows.at(-1)!;
  return rows.length < mostRows || BigInt(xmin) < BigInt(xid) ? xmin : xid;
}
