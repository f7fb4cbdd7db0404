import type { Platform } from '@carethread/local-stack/platform.ts';
import pg from 'pg';
import { Client } from '../client.ts';
import type { Stage } from '../story/stage.ts';

const password = 'a long enough password';

/** A patient of the doctor's clinic with a prescription that can be renewed. */
export interface Renewing {
  patient: Client;
  prescriptionId: string;
}

const copies = [
  `INSERT INTO prescription SELECT (jsonb_populate_record(p, jsonb_build_object('id', $2::uuid, 'ticket_id', $3::uuid,
     'patient_id', $4::uuid))).* FROM prescription p WHERE id = $1 AND $3::uuid IS NOT NULL AND $4::uuid IS NOT NULL`,
  `INSERT INTO prescription_line SELECT (jsonb_populate_record(l, jsonb_build_object('id', gen_random_uuid(),
     'prescription_id', $2::uuid))).* FROM prescription_line l WHERE prescription_id = $1
     AND $3::uuid IS NOT NULL AND $4::uuid IS NOT NULL`,
  `INSERT INTO signed_content SELECT (jsonb_populate_record(s, jsonb_build_object('prescription_id', $2::uuid))).*
     FROM signed_content s WHERE prescription_id = $1 AND $3::uuid IS NOT NULL AND $4::uuid IS NOT NULL`,
];

/** Rows of a service's database, past every policy. */
export async function rowsOf<Row>(
  platform: Platform,
  service: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const url = new URL(platform.postgres.adminUrl);
  url.pathname = `/${service}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    return (await client.query(text, values)).rows as Row[];
  } finally {
    await client.end();
  }
}

/**
 * Registers a patient and gives them a copy of a prescription that was really written, released and handed over: the way
 * there is not what is looked at here.
 */
export async function renewing(
  platform: Platform,
  { doctor }: Pick<Stage, 'doctor'>,
  admin: Client,
  likeId: string,
): Promise<Renewing> {
  const key = () => crypto.randomUUID();
  const { me } = await doctor.do('{ me { memberships { organisation { id } } } }');
  const organisationId = me.memberships[0].organisation.id;
  const email = `${key()}@test.example`;
  const person = { idempotencyKey: key(), email, password, displayName: 'A patient' };
  const { user } = await admin.change('registerUser', person, 'user { id }');
  const grant = { idempotencyKey: key(), userId: user.id, organisationId, role: 'PATIENT' };
  await admin.change('grantMembership', grant, 'membership { id }');
  const prescriptionId = key();
  const values = [likeId, prescriptionId, key(), user.id];
  for (const copy of copies) await rowsOf(platform, 'prescriptions', copy, values);
  return { patient: await Client.signIn(platform.url, email, password), prescriptionId };
}
