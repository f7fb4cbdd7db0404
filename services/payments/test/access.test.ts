import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { actorSettings } from '@carethread/service-kit/actor-context.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type Shown, startWorld, type World } from './world.ts';

let world: World;
let paid: Shown & { ticketId: string };
beforeAll(async () => {
  world = await startWorld();
  paid = await world.pay('pm_card_visa');
});
afterAll(() => world.close());

const everyDoor = `query ($id: ID!, $refs: [_Any!]!) { payment(id: $id) { id attempts { id } }
  _entities(representations: $refs) { ... on Payment { id refunds { id } } ... on Ticket { payments { edges { node { id } } } } } }`;

async function tryDoors(actor: Actor | null) {
  const refs = [
    { __typename: 'Payment', id: paid.id },
    { __typename: 'Ticket', id: paid.ticketId },
  ];
  return (await world.payments.ask(actor, everyDoor, { id: paid.id, refs })).data;
}

/** Runs one statement as the application's role with this identity (or none). */
async function asApp(actor: Actor | null, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: world.payments.env['DATABASE_URL']! });
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

/** The right administrator without the permission. */
const powerless = (): Actor => ({ ...world.administrator, permissions: [] });

describe('who sees a payment', () => {
  it('its patient, its ticket’s doctor, and who looks after payments do, by every door', async () => {
    for (const actor of [world.patient, world.doctor, world.administrator])
      expect(await tryDoors(actor)).toEqual({
        payment: { id: paid.id, attempts: [{ id: expect.any(String) }] },
        _entities: [{ id: paid.id, refunds: [] }, { payments: { edges: [{ node: { id: paid.id } }] } }],
      });
  });

  it('nobody else does', async () => {
    const strangers = [
      person('patient', { organisationId: world.patient.organisationId }),
      person('doctor', { organisationId: world.doctor.organisationId }),
      person('pharmacist'),
      powerless(),
      { ...world.patient, role: 'doctor' as const },
      { ...world.doctor, role: 'patient' as const },
      { ...world.administrator, role: 'pharmacist' as const },
    ];
    for (const stranger of strangers)
      expect(await tryDoors(stranger)).toEqual({
        payment: null,
        _entities: [null, { payments: { edges: [] } }],
      });
  });

  it('lists are one’s own', async () => {
    const failed = await world.pay('pm_flaky_hard_decline');
    const lists = '{ retryablePayments { edges { node { id } } } }';
    const idsFor = async (actor: Actor) =>
      (await world.payments.query(actor, lists))['retryablePayments'].edges.map(
        ({ node }: { node: { id: string } }) => node.id,
      );
    expect(await idsFor(world.patient)).toEqual([failed.id]);
    expect(await idsFor(world.administrator)).toEqual([failed.id]);
    expect(await idsFor(powerless())).toEqual([]);
    expect(await idsFor(person('patient'))).toEqual([]);
    const mine = await world.payments.query(world.patient, '{ myPayments { edges { node { id } } } }');
    expect(mine['myPayments'].edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual([
      failed.id,
      paid.id,
    ]);
  });
});

describe('who does what', () => {
  it('money is asked for by the ticket’s doctor or an administrator, on a ticket that is theirs', async () => {
    const ticketId = await world.ticket();
    const wish = { ticketId, amount: { minor: 100, currency: 'EUR' }, purpose: 'OTHER' };
    const ask = async (actor: Actor, more: object = {}) =>
      (await world.call(actor, 'requestPayment', { ...wish, idempotencyKey: newId(), ...more })).userErrors;
    expect(await ask(world.administrator)).toEqual([]);
    expect(await ask(person('doctor', { organisationId: world.doctor.organisationId }))).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
    expect(await ask(powerless())).toMatchObject([{ code: 'NOT_FOUND' }]);
    await expect(ask(world.patient)).rejects.toThrow('Your role does not allow this');
    for (const amount of [
      { minor: 0, currency: 'EUR' },
      { minor: 100, currency: 'EURO' },
      { minor: 1_255, currency: 'KWD' },
    ])
      expect(await ask(world.doctor, { amount })).toMatchObject([{ code: 'INVALID' }]);
  });

  it('another’s payment is neither paid, cancelled nor refunded', async () => {
    const { id: paymentId, version: expectedVersion } = await world.request();
    const stranger = person('patient');
    const pay = { paymentId, expectedVersion, idempotencyKey: newId(), paymentMethod: 'pm_card_visa' };
    expect((await world.call(stranger, 'startPayment', pay)).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
    const cancel = { paymentId, expectedVersion, reason: 'PATIENT_WISH' };
    expect(await world.call(stranger, 'cancelPayment', cancel)).toMatchObject({ outcome: 'NOT_FOUND' });
    expect(await world.call(powerless(), 'cancelPayment', cancel)).toMatchObject({ outcome: 'NOT_FOUND' });
    expect(await world.see(paymentId)).toMatchObject({ status: 'PENDING', version: expectedVersion });
  });

  it('a stale version is a conflict, and the same key is one payment', async () => {
    const { id: paymentId, version } = await world.request();
    const pay = { paymentId, idempotencyKey: newId(), paymentMethod: 'pm_card_visa' };
    const stale = await world.call(world.patient, 'startPayment', { ...pay, expectedVersion: version + 1 });
    expect(stale.userErrors).toMatchObject([{ code: 'CONFLICT', currentVersion: version }]);
    const wish = { ...pay, expectedVersion: version };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => world.call(world.patient, 'startPayment', wish)),
    );
    expect(answers.map(({ userErrors }) => userErrors)).toEqual([[], [], [], [], []]);
    await world.quiet();
    expect(world.taken(paymentId).charges).toEqual([4_900]);
  });
});

describe('the database itself', () => {
  const tables = [
    'ticket',
    'payment',
    'attempt',
    'refund',
    'payment_task',
    'webhook',
    'ledger_transaction',
    'ledger_entry',
  ];

  it('shows the application nothing without an identity', async () => {
    for (const table of tables)
      expect({ table, rows: (await asApp(null, `SELECT 1 FROM ${table}`)).rows }).toEqual({
        table,
        rows: [],
      });
  });

  it('has row security enabled and forced on every table of ours', async () => {
    const open = await world.payments.sql(
      `SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public' AND relkind = 'r'
       AND relname <> '_prisma_migrations' AND NOT (relrowsecurity AND relforcerowsecurity)`,
    );
    expect(open).toEqual([]);
  });

  it('lets nobody change whose a payment is or how much', async () => {
    for (const change of ['amount_minor = 1', `payer_id = '${newId()}'`, `currency = 'USD'`])
      await expect(asApp(world.patient, `UPDATE payment SET ${change}`)).rejects.toThrow('permission denied');
    await expect(asApp(world.patient, 'DELETE FROM payment')).rejects.toThrow('permission denied');
  });

  it('keeps a ledger that is only ever added to, by the worker alone, and in balance', async () => {
    for (const statement of [
      'UPDATE ledger_entry SET minor = 1',
      'DELETE FROM ledger_transaction',
      'TRUNCATE ledger_entry',
    ])
      for (const run of [
        () => asApp(world.administrator, statement),
        // As the owner of everything, too.
        () => world.payments.sql(statement),
      ])
        await expect(run()).rejects.toThrow(/permission denied|only ever added to|cannot truncate/);
    const rights = await world.payments.sql(
      `SELECT grantee, privilege_type FROM information_schema.role_table_grants WHERE table_name LIKE 'ledger%'
       AND grantee LIKE 'carethread%' AND NOT (privilege_type = 'SELECT' OR grantee = 'carethread_worker' AND privilege_type = 'INSERT')`,
    );
    expect(rights).toEqual([]);
    const post = (entries: string) =>
      world.payments.sql(
        `WITH t AS (INSERT INTO ledger_transaction (id, reference, payment_id, kind, posted_at)
           VALUES (gen_random_uuid(), gen_random_uuid()::text, '${paid.id}', 'charge', now()) RETURNING id)
         INSERT INTO ledger_entry SELECT t.id, e.* FROM t, (VALUES ${entries}) AS e (account, minor, currency)`,
      );
    const clinic = `clinic:${newId()}`;
    for (const unbalanced of [
      `('provider:flaky', 5, 'EUR'), ('${clinic}', -4, 'EUR')`,
      `('provider:flaky', 5, 'EUR'), ('${clinic}', -5, 'USD')`,
      `('provider:flaky', 5, 'EUR')`,
    ])
      await expect(post(unbalanced)).rejects.toThrow('is not balanced');
    const twice = `INSERT INTO ledger_transaction SELECT gen_random_uuid(), reference, payment_id, kind, posted_at FROM ledger_transaction`;
    await expect(world.payments.sql(twice)).rejects.toThrow('ledger_transaction_reference_key');
  });
});
