import pg from 'pg';
import type { Client } from '../client.ts';
import { type Entrance, type Place, withValue } from './api.ts';
import { strike } from './judge.ts';

/** An id of something that is not for everybody. */
export interface PrivateId {
  readonly id: string;
  /** Where it is from, such as `tickets.ticket`. */
  readonly of: string;
}

/** Services whose rows belong to the parties of a ticket, all of them. */
const ofParties = ['tickets', 'messaging', 'prescriptions', 'payments'];

/** One id of each kind of thing that a story has left, the patient’s where it says whose it is, and their own. */
async function privateIds(adminUrl: string, patientId: string): Promise<PrivateId[]> {
  const found: PrivateId[] = [{ id: patientId, of: 'identity.user' }];
  for (const service of ofParties) {
    const url = new URL(adminUrl);
    url.pathname = `/${service}`;
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      const { rows: tables } = await client.query<{ name: string; owned: boolean }>(
        `SELECT format('%I', c.relname) AS name, EXISTS (SELECT FROM pg_attribute o
           WHERE o.attrelid = c.oid AND o.attname = 'patient_id' AND o.atttypid = 'uuid'::regtype) AS owned FROM pg_class c
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'id' AND a.atttypid = 'uuid'::regtype
         WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND c.relforcerowsecurity`,
      );
      for (const { name, owned } of tables) {
        const { rows } = await client.query<{ id: string }>(
          `SELECT id FROM ${name} WHERE ${owned ? 'patient_id' : '$1'} = $1::uuid ORDER BY id DESC LIMIT 1`,
          [patientId],
        );
        if (rows[0]) found.push({ id: rows[0].id, of: `${service}.${name}` });
      }
    } finally {
      await client.end();
    }
  }
  return found;
}

/** What a stranger learns by naming this id instead of one of nothing; null when it is nothing. */
async function difference(
  stranger: Client,
  entrance: Entrance,
  place: Place,
  id: string,
): Promise<string | null> {
  const variables = entrance.variables();
  const ask = async (named: string) => {
    // A key of its own: the second call must not be answered as a repeat of the first.
    const fresh = withFreshKeys(withValue(variables, place, named));
    const { text } = await strike(stranger, entrance.operation, fresh);
    // A hash of what was asked says nothing but that.
    return text.replaceAll(named, '<id>').replaceAll(/\b[0-9a-f]{64}\b/g, '<hash>');
  };
  const [real, invented] = [await ask(id), await ask(crypto.randomUUID())];
  return real === invented ? null : `${real.slice(0, 300)} instead of ${invented.slice(0, 300)}`;
}

function withFreshKeys(value: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value), (key, inner: unknown) =>
    key === 'idempotencyKey' || key === 'clientId' ? crypto.randomUUID() : inner,
  ) as Record<string, unknown>;
}

export const idAttack = { privateIds, difference };
