import { sendTogether } from '@carethread/bus/send-together.ts';
import { statementName } from '@carethread/bus/transaction.ts';
import type pg from 'pg';
import type { Access } from './access.ts';

/**
 * Writes what requests showed. An answer leaves when its rows are on their way to PostgreSQL: the kernel delivers them
 * also when this process is killed at that moment. Should the database not take them, they are kept and tried again, and
 * nothing more is shown until they are written.
 */
export interface AccessWriter {
  /** Resolves when these rows are on their way; rejects when they are not, and then they are not kept. */
  write(rows: readonly Access[]): Promise<void>;
  /** Resolves when everything that was on its way is committed, or as far as the database takes it now. */
  settle(): Promise<void>;
}

/** Statements under way at a time. What comes meanwhile shares the next one, and so one commit. */
const lanes = 2;
/** More than this many rows waiting means that the database does not keep up: then nothing more is shown. */
const mostWaiting = 20_000;
const retryMs = 200;

export class AuditUnavailable extends Error {}

interface Waiting {
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** `patientIn` as in AuditedTypes. The pool's role may add rows and change none. */
export function accessWriter(
  pool: pg.Pool,
  {
    patientIn = 'NULL::uuid',
    onError = () => {},
  }: { patientIn?: string; onError?: (error: unknown) => void } = {},
): AccessWriter {
  const text = insertion(patientIn);
  const underWay = new Set<Promise<void>>();
  let rows: Access[] = [];
  let waiting: Waiting[] = [];
  /** Shown, and not yet on record. */
  let owed: Access[] = [];
  let retry: NodeJS.Timeout | undefined;
  let paying: Promise<void> | undefined;

  const insert = async (batch: readonly Access[], onItsWay: () => void): Promise<void> => {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      const values = [JSON.stringify(batch)];
      const committed = sendTogether(client, { name: statementName(text), text, values });
      const answerWhenSent = async () => {
        // The batch is sent at the end of this turn of the event loop.
        await new Promise((resolve) => setImmediate(resolve));
        if (isWithKernel(client)) onItsWay();
      };
      await Promise.all([committed, answerWhenSent()]);
    } catch (error) {
      broken = error as Error;
      throw error;
    } finally {
      client.release(broken);
    }
  };

  const send = async (): Promise<void> => {
    const batch = rows;
    const requests = waiting;
    [rows, waiting] = [[], []];
    let shown = false;
    const answer = () => {
      shown = true;
      for (const { resolve } of requests) resolve();
    };
    try {
      await insert(batch, answer);
      answer();
    } catch (error) {
      onError(error);
      for (const { reject } of requests) reject(error);
      if (shown) owe(batch);
    }
  };
  const launch = (): void => {
    const done = send().finally(() => {
      underWay.delete(done);
      if (rows.length > 0) launch();
    });
    underWay.add(done);
  };
  const owe = (batch: readonly Access[]): void => {
    owed.push(...batch);
    retry ??= setTimeout(() => void payUp(), retryMs).unref();
  };
  const pay = async (): Promise<void> => {
    clearTimeout(retry);
    retry = undefined;
    const batch = [...owed];
    if (batch.length === 0) return;
    try {
      await insert(batch, () => {});
      owed = owed.slice(batch.length);
    } catch (error) {
      onError(error);
      retry ??= setTimeout(() => void payUp(), retryMs).unref();
    }
  };
  /** One at a time: two would write the same rows. */
  const payUp = (): Promise<void> => {
    paying ??= pay().finally(() => (paying = undefined));
    return paying;
  };

  return {
    write: (more) =>
      new Promise((resolve, reject) => {
        if (owed.length > 0 || rows.length + more.length > mostWaiting) return reject(new AuditUnavailable());
        rows.push(...more);
        waiting.push({ resolve, reject });
        if (underWay.size < lanes) launch();
      }),
    async settle() {
      while (underWay.size > 0) await Promise.all(underWay);
      // One that is under way does not have what became owed since.
      await paying;
      await payUp();
    },
  };
}

/** Whether everything written on the connection has left this process. */
const isWithKernel = (client: pg.PoolClient): boolean =>
  (client as unknown as { connection: { stream: { writableLength: number } } }).connection.stream
    .writableLength === 0;

const insertion = (
  patientIn: string,
) => `INSERT INTO audit.access (request_id, user_id, membership_id, organisation_id,
    role, proxy_id, client_id, emergency_id, action, kind, entity_ids, patient_id, purpose, door, outcome)
  SELECT request_id, user_id, membership_id, organisation_id, role, proxy_id, client_id, emergency_id, 'R', kind,
    entity_ids, patient, audit.purpose_of(patient, user_id, role, emergency_id, kind), door, outcome
  FROM (SELECT given.*, coalesce(given.patient_id, CASE WHEN given.through IS NOT NULL THEN ${patientIn} END) AS patient
    FROM jsonb_to_recordset($1::jsonb) AS given (request_id text, user_id uuid, membership_id uuid,
      organisation_id uuid, role text, proxy_id uuid, client_id uuid, emergency_id uuid, kind text, entity_ids uuid[],
      patient_id uuid, through uuid, door text, outcome smallint)) AS shown`;
