import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TicketPharmacyChanged } from '@carethread/contracts/events/tickets.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { endSession, fetchDocument } from './documents.ts';
import { type NamesServer, startNames } from './names.ts';
import { drafted, fillWhole, released, signed, type Written } from './steps.ts';
import { startWorld, type World } from './world.ts';

let names: NamesServer;
let world: World;
beforeAll(async () => {
  names = await startNames();
  world = await startWorld({ DOCUMENT_NAMES_URL: names.url });
});
afterAll(async () => {
  await world.close();
  await names.close();
});

/** What is nobody's: places, and what the catalog tells. */
const notPersonal = "'_prisma_migrations', 'organisation', 'product_withdrawal', 'catalog_release'";
const tables = async () =>
  (
    await world.sql<{ name: string; forced: boolean }>(
      `SELECT relname AS name, relrowsecurity AND relforcerowsecurity AS forced FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT IN (${notPersonal})`,
    )
  ).toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** How many rows of a table this person has, by SQL as the application. */
async function rowsOf(actor: Actor | null, table: string, where = 'true'): Promise<number> {
  const [row] = await world
    .sqlAsApp<{ n: number }>(
      `WITH me AS MATERIALIZED (SELECT set_config('app.user_id', '${actor?.userId ?? ''}', false),
       set_config('app.organisation_id', '${actor?.organisationId ?? ''}', false), set_config('app.role', '${actor?.role ?? ''}', false))
     SELECT 1 AS n FROM me`,
    )
    .then(() => world.sqlAsApp(`SELECT count(*)::int AS n FROM ${table} WHERE ${where}`))
    // What the application may not even ask for shows nothing.
    .catch((error: Error) =>
      error.message.startsWith('permission denied') ? [{ n: 0 }] : Promise.reject(error),
    );
  return row!.n;
}

const asPrescription = '... on Prescription { id status }';
/** The prescription as each door shows it to this person: query, entity, ticket. */
async function doors(actor: Actor, { prescriptionId, ticketId }: Written): Promise<boolean[]> {
  const { prescription, _entities } = await world.query(
    actor,
    `query ($p: ID!, $t: ID!) { prescription(id: $p) { id }
       _entities(representations: [{ __typename: "Prescription", id: $p }, { __typename: "Ticket", id: $t }]) {
         ${asPrescription} ... on Ticket { prescription { id } } } }`,
    { p: prescriptionId, t: ticketId },
  );
  return [prescription !== null, _entities[0] !== null, _entities[1].prescription !== null];
}
const open = [true, true, true];
const shut = [false, false, false];

describe('row level security', () => {
  it('is forced on every table with personal data', async () => {
    const all = await tables();
    expect(all.map(({ name }) => name)).toContain('dispense_item');
    expect(all.filter(({ forced }) => !forced)).toEqual([]);
  });

  it('shows nobody anything, in any table', async () => {
    const done = await released(world);
    await fillWhole(world, done.ticketId, await world.claim(done.ticketId));
    await world.mutate(
      world.patient,
      'recordCondition',
      { code: 'asthma', idempotencyKey: newId() },
      'patientProfile { version }',
    );
    await fetchDocument(world, world.patient, done.prescriptionId);
    await endSession(world, world.doctor);
    await world.sql(
      `INSERT INTO release_alert (id, prescription_id, doctor_id, release_id, screening_number, content_hash, findings,
         gaps, keys, found_at)
       SELECT gen_random_uuid(), prescription_id, '${world.doctor.userId}', gen_random_uuid(), number, content_hash,
         '[]', '[]', '{}', now()
         FROM screening WHERE prescription_id = '${done.prescriptionId}' LIMIT 1`,
    );
    // It can still not be renewed; who sees a renewal is what counts here.
    await world.sql(
      `WITH asked AS (INSERT INTO renewal (id, ticket_id, patient_id, doctor_id, clinic_id, source_id, source_hash, medicines,
         authority_at, state, money, requested_at, version, event_number, step_count)
         SELECT gen_random_uuid(), gen_random_uuid(), patient_id, doctor_id, clinic_id, id, content_hash, '[]', signed_at,
           'awaiting_approval', 'free', now(), 1, 0, 1 FROM prescription WHERE id = '${done.prescriptionId}' RETURNING id)
       INSERT INTO renewal_step (renewal_id, number, kind, at) SELECT id, 1, 'awaiting_approval', now() FROM asked`,
    );
    await world.sql(
      `INSERT INTO shared_record VALUES ('${world.patient.userId}', '${newId()}', true, 1);
       INSERT INTO emergency_access VALUES (gen_random_uuid(), '${world.patient.userId}', '${newId()}', now(), false);
       INSERT INTO delegation VALUES (gen_random_uuid(), '${world.patient.userId}', '${newId()}', '{read}', now(), false)`,
    );
    for (const { name } of await tables()) {
      const [there] = await world.sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${name}`);
      // Nothing stands ready after everything was handed over; of all else there is something to hide.
      if (!['preparation', 'finding_override', 'patient_allergy'].includes(name))
        expect([name, there!.n > 0]).toEqual([name, true]);
      expect([name, await rowsOf(null, name)]).toEqual([name, 0]);
      const stranger = person('patient');
      expect([name, await rowsOf(stranger, name)]).toEqual([name, 0]);
      // An administrator sees no patient's data, whosever id they have.
      expect([
        name,
        await rowsOf(
          { ...world.patient, role: 'administrator' },
          name,
          name === 'membership' ? 'false' : 'true',
        ),
      ]).toEqual([name, 0]);
    }
  });

  it('lets nobody rewrite what was signed or handed over', async () => {
    const done = await signed(world);
    await rowsOf(world.doctor, 'prescription');
    await expect(world.sqlAsApp(`UPDATE prescription_line SET quantity = 999`)).rejects.toThrow(
      'permission denied',
    );
    expect(
      await world.sqlAsApp(
        `DELETE FROM prescription_line WHERE prescription_id = '${done.prescriptionId}' RETURNING id`,
      ),
    ).toEqual([]);
    await expect(world.sqlAsApp(`UPDATE signed_content SET content_hash = 'x'`)).rejects.toThrow(
      'permission denied',
    );
    await expect(world.sqlAsApp(`UPDATE dispense_item SET quantity = 1`)).rejects.toThrow(
      'permission denied',
    );
    await expect(world.sqlAsApp(`DELETE FROM dispense`)).rejects.toThrow('permission denied');
    await expect(world.sqlAsApp(`UPDATE document SET content = ''`)).rejects.toThrow('permission denied');
    await expect(world.sqlAsApp(`DELETE FROM document_download`)).rejects.toThrow('permission denied');
    await expect(world.sqlAsApp(`UPDATE document_download SET link_id = id`)).rejects.toThrow(
      'permission denied',
    );
    await expect(world.sqlAsApp(`UPDATE screening SET verdict = null`)).rejects.toThrow('permission denied');
  });
});

describe('a prescription', () => {
  it('is seen by the doctor from the draft on, by the patient once signed, by the pharmacy once sent', async () => {
    const of = await drafted(world);
    const parties = async () => [
      await doors(world.doctor, of),
      await doors(world.patient, of),
      await doors(world.pharmacist, of),
    ];
    expect(await parties()).toEqual([open, shut, shut]);
    await world.mutate(
      world.doctor,
      'signPrescription',
      { prescriptionId: of.prescriptionId, expectedVersion: of.version },
      'prescription { id }',
    );
    expect(await parties()).toEqual([open, open, shut]);
    await world.screen(of.prescriptionId);
    expect(await parties()).toEqual([open, open, shut]);
    await world.move(of.ticketId, 'sent');
    expect(await parties()).toEqual([open, open, open]);
  });

  it('is nobody else’s: other patients, doctors of the clinic, other pharmacies, and the same person in another role', async () => {
    const of = await released(world);
    const elsewhere = person('pharmacist', { organisationId: await world.registerPharmacy() });
    const asPatient = { ...world.doctor, role: 'patient' as const };
    for (const other of [await world.join('patient'), await world.join('doctor'), elsewhere, asPatient])
      expect(await doors(other, of)).toEqual(shut);
    expect(await doors(await world.join('pharmacist'), of)).toEqual(open);
    const { errors } = await world.ask(
      person('administrator'),
      `{ prescription(id: "${of.prescriptionId}") { id } }`,
    );
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    const anonymous = await world.ask(null, `{ prescription(id: "${of.prescriptionId}") { id } }`);
    expect(anonymous.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });

  it('is gone at once for a pharmacy that is no longer the chosen one', async () => {
    const of = await released(world);
    const to = await world.registerPharmacy();
    await world.publish(TicketPharmacyChanged, {
      aggregateId: of.ticketId,
      sequence: 10,
      data: { ticketId: of.ticketId, version: 3, from: world.pharmacist.organisationId, to },
    });
    await world.drain();
    expect(await doors(world.pharmacist, of)).toEqual(shut);
    expect(await doors(person('pharmacist', { organisationId: to }), of)).toEqual(open);
  });

  it('does not answer what is not an id', async () => {
    expect(await world.query(world.doctor, '{ prescription(id: "no-id") { id } }')).toEqual({
      prescription: null,
    });
  });
});

describe('a hand-over', () => {
  it('stays the record of the pharmacy that made it, and is not another’s', async () => {
    const of = await released(world);
    const { dispense } = await fillWhole(world, of.ticketId, await world.claim(of.ticketId));
    const shown = (actor: Actor) =>
      world
        .query(
          actor,
          `{ _entities(representations: [{ __typename: "Dispense", id: "${dispense.id}" }, { __typename: "Fill", id: "${dispense.fillId}" }]) { ... on Dispense { id } ... on Fill { id } } }`,
        )
        .then(({ _entities }) => _entities.map((each: object | null) => each !== null));
    for (const party of [world.patient, world.doctor, world.pharmacist])
      expect(await shown(party)).toEqual([true, true]);
    expect(await shown(person('pharmacist', { organisationId: await world.registerPharmacy() }))).toEqual([
      false,
      false,
    ]);
    await world.sql(`UPDATE ticket SET pharmacy_id = $2 WHERE id = $1`, [of.ticketId, newId()]);
    expect(await shown(world.pharmacist)).toEqual([true, false]);
  });
});
