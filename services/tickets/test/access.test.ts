import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { actorSettings } from '@carethread/service-kit/actor-context.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { claimed, type Released, released } from './on-the-way.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let ticket: Released;
beforeAll(async () => {
  world = await startWorld();
  ticket = await released(world);
});
afterAll(() => world.close());

const everyDoor = `query ($id: ID!, $number: String!, $refs: [_Any!]!) {
  ticket(id: $id) { id } ticketByNumber(number: $number) { id }
  _entities(representations: $refs) { __typename ... on Ticket { accessCode timeline { edges { node { id } } } } } }`;

async function tryDoors(actor: Actor | null, { id, number }: { id: string; number: string }) {
  const refs = [
    { __typename: 'Ticket', id },
    { __typename: 'TimelineEntry', id: `${id}:1` },
    { __typename: 'TimelineEntry', id: `${id}:2` },
  ];
  return world.tickets.ask(actor, everyDoor, { id, number, refs });
}
const closed = { ticket: null, ticketByNumber: null, _entities: [null, null, null] };

/** Runs one statement as the application's role with this identity (or none), and keeps what it did. */
async function asApp(actor: Actor | null, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: world.tickets.env['DATABASE_URL']! });
  await client.connect();
  try {
    await client.query('BEGIN');
    const settings = actorSettings(actor);
    await client.query(settings.text, settings.values);
    const answer = await client.query(statement);
    await client.query('COMMIT');
    return answer;
  } finally {
    await client.end();
  }
}
const countAs = async (actor: Actor | null, table: string): Promise<number> =>
  (await asApp(actor, `SELECT 1 FROM ${table}`)).rows.length;

describe('who sees a ticket (U-05)', () => {
  it('its patient, its doctor and its pharmacy do, by every door', async () => {
    for (const actor of [world.patient, world.doctor, ...world.pharmacies[0]!]) {
      const { data } = await tryDoors(actor, ticket);
      expect(data).toMatchObject({ ticket: { id: ticket.id }, ticketByNumber: { id: ticket.id } });
      expect(data._entities.map((entity: object | null) => entity !== null)).toEqual([true, true, true]);
    }
  });

  it('nobody else does', async () => {
    const strangers = [
      world.otherPatient,
      world.otherDoctor,
      ...world.pharmacies[1]!,
      world.administrator,
      person('doctor'),
      // The right person in the wrong role: memberships do not add up.
      { ...world.patient, role: 'doctor' as const },
      { ...world.doctor, role: 'patient' as const },
      { ...world.doctor, role: 'pharmacist' as const },
      { ...world.pharmacies[0]![0], role: 'doctor' as const },
      { ...world.pharmacies[0]![0], role: 'administrator' as const },
    ];
    for (const stranger of strangers) expect((await tryDoors(stranger, ticket)).data).toEqual(closed);
  });

  it('the pharmacy does not before it was sent', async () => {
    const created = await world.open();
    expect((await tryDoors(world.pharmacies[0]![0], created)).data).toEqual(closed);
    const { data } = await world.tickets.ask(
      world.pharmacies[0]![0],
      '{ pharmacyTickets(first: 100) { edges { node { id } } } }',
    );
    expect(data.pharmacyTickets.edges.map(({ node }: { node: { id: string } }) => node.id)).not.toContain(
      created.id,
    );
  });

  it('who is not signed in gets no further than the door', async () => {
    const { errors } = await world.tickets.ask(null, '{ myTickets { edges { node { id } } } }');
    expect(errors![0]!.extensions!.code).toBe('UNAUTHENTICATED');
    const refs = [{ __typename: 'Ticket', id: ticket.id }];
    const anonymous = await world.tickets.ask(
      null,
      'query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Ticket { id } } }',
      { refs },
    );
    expect(anonymous.data).toBeNull();
    expect(anonymous.errors![0]!.extensions!.code).toBe('UNAUTHENTICATED');
  });

  it('the holder’s token is the holder’s alone, and the access code is for patient and doctor', async () => {
    const { id } = await claimed(world);
    const open = await world.open({ kind: 'REFERRAL', pharmacyId: null, openToAnyPharmacy: true });
    await world.call(world.doctor, 'sendTicket', { ticketId: open.id, expectedVersion: 1 });
    const { accessCode } = (await world.see(world.patient, open.id))!;
    const claim = { number: open.number, accessCode, idempotencyKey: newId() };
    await world.call(world.pharmacies[2]![0], 'claimTicketByNumber', claim);
    expect(await world.see(world.pharmacies[2]![0], open.id)).toMatchObject({
      openToAnyPharmacy: true,
      accessCode: null,
    });
    expect((await world.see(world.pharmacies[0]![0], id))!.claim!.token).toBeTruthy();
    expect((await world.see(world.pharmacies[0]![1], id))!.claim!.token).toBeNull();
  });
});

describe('the database itself', () => {
  it('shows the application nothing without an identity', async () => {
    for (const table of ['ticket', 'timeline_entry', 'access_code', 'membership'])
      expect({ table, rows: await countAs(null, table) }).toEqual({ table, rows: 0 });
  });

  it('shows each person their own rows only', async () => {
    await world.open({
      patientId: world.otherPatient.userId,
      kind: 'REFERRAL',
      pharmacyId: null,
      openToAnyPharmacy: true,
    });
    const [all] = await world.tickets.sql('SELECT count(*)::int AS n FROM ticket');
    expect(await countAs(world.otherPatient, 'ticket')).toBe(1);
    expect(await countAs(world.otherPatient, 'timeline_entry')).toBe(1);
    expect(await countAs(world.otherPatient, 'access_code')).toBe(1);
    expect(await countAs(world.doctor, 'ticket')).toBe(all!['n']);
    expect(await countAs(world.otherDoctor, 'ticket')).toBe(0);
    expect(await countAs(world.pharmacies[0]![0], 'access_code')).toBe(0);
  });

  it('has row security enabled and forced on every table that names a person', async () => {
    const open = await world.tickets.sql(
      `SELECT DISTINCT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND a.attname ~ '(patient|doctor|user|actor|ticket)_id$'
         AND NOT (c.relrowsecurity AND c.relforcerowsecurity)`,
    );
    expect(open).toEqual([]);
  });

  it('lets nobody change or delete a timeline entry (T-12)', async () => {
    for (const statement of [
      `UPDATE timeline_entry SET reason = 'forged'`,
      'DELETE FROM timeline_entry',
      'TRUNCATE timeline_entry',
    ])
      await expect(asApp(world.doctor, statement)).rejects.toThrow('permission denied');
    const rights = await world.tickets.sql(
      `SELECT grantee, privilege_type FROM information_schema.role_table_grants
       WHERE table_name = 'timeline_entry' AND grantee LIKE 'carethread%' AND privilege_type NOT IN ('SELECT', 'INSERT')`,
    );
    expect(rights).toEqual([]);
  });

  it('lets nobody open a ticket in another’s name, or move one that is not theirs', async () => {
    const forged = `INSERT INTO ticket (id, number, time_zone, kind, status, version, timeline_length, patient_id, doctor_id,
      clinic_id, any_pharmacy, fence, opened_at, expires_at) VALUES ('${newId()}', 'TKT-20260101-CCCCC', 'UTC', 'referral',
      'created', 1, 1, '${world.patient.userId}', '${world.doctor.userId}', '${world.doctor.organisationId}', false, 0, now(), now())`;
    for (const actor of [world.otherDoctor, world.patient, world.pharmacies[0]![0]])
      await expect(asApp(actor, forged)).rejects.toThrow('row-level security');
    await asApp(world.otherDoctor, `UPDATE ticket SET status = 'cancelled'`);
    const theft = `UPDATE ticket SET pharmacy_id = '${newId()}' WHERE id = '${ticket.id}'`;
    await expect(asApp(world.pharmacies[0]![0], theft)).rejects.toThrow('row-level security');
    expect(await world.see(world.doctor, ticket.id)).toMatchObject({ status: 'SENT' });
  });
});
