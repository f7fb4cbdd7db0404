import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { effort } from '@carethread/local-stack/effort.ts';
import { CancelRefused, PrescriptionCancelled } from '@carethread/contracts/events/prescriptions.ts';
import { TicketMoved } from '@carethread/contracts/events/tickets.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { cancelPrescription } from '../src/cancel-prescription/cancel-prescription.ts';
import { handOver } from '../src/hand-over/hand-over.ts';
import { directly } from './direct.ts';
import { drafted, fillOf, fillWhole, lineInput, lot, released, signed } from './steps.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const cancel = (prescriptionId: string, more: object = {}, actor = world.doctor) =>
  world.mutate(
    actor,
    'cancelPrescription',
    { prescriptionId, reason: 'WRONG_DOSE', ...more },
    'outcome prescription { status endReason lines { state handedOver } }',
  );
const events = async (id: string) =>
  (await world.emitted(PrescriptionCancelled)).filter((e) => e.aggregateId === id);

describe('cancelling (T-10)', () => {
  it('before anybody works on it: cancelled, once', async () => {
    const { prescriptionId, ticketId } = await released(world);
    expect(await cancel(prescriptionId)).toMatchObject({
      outcome: 'CANCELLED',
      prescription: { status: 'CANCELLED', endReason: 'wrong_dose', lines: [{ state: 'CANCELLED' }] },
    });
    expect((await cancel(prescriptionId)).outcome).toBe('ALREADY_CANCELLED');
    expect((await events(prescriptionId)).map(({ data }) => data)).toEqual([
      { prescriptionId, ticketId, reason: 'wrong_dose', part: false },
    ]);
  });

  it('while a pharmacy holds it: marked, and nothing is handed over from that instant', async () => {
    const { prescriptionId, ticketId } = await released(world);
    const claimToken = await world.claim(ticketId);
    expect((await cancel(prescriptionId)).outcome).toBe('MARKED');
    const fill = await fillOf(world, world.pharmacist, ticketId);
    const input = {
      ticketId,
      claimToken,
      expectedVersion: fill.version,
      lines: [{ lineId: fill.lines[0].line.id, lots: [lot(1)] }],
    };
    const late = await world.mutate(world.pharmacist, 'prepareLines', input, 'fill { id }');
    expect(late.userErrors).toMatchObject([{ code: 'ILLEGAL_MOVE', currentStatus: 'cancelled' }]);
    await world.move(ticketId, 'cancel_marked', { fence: 1, held: true });
    await world.move(ticketId, 'cancelled', { fence: 1 });
    expect(await events(prescriptionId)).toHaveLength(1);
  });

  it('in part handed over: the rest is cancelled, what was delivered stays', async () => {
    const { prescriptionId, ticketId } = await released(world, [lineInput(), lineInput()]);
    const claimToken = await world.claim(ticketId);
    const fill = await fillOf(world, world.pharmacist, ticketId);
    const lines = [{ lineId: fill.lines[0].line.id, lots: [lot(30)] }];
    const ready = await world.mutate(
      world.pharmacist,
      'prepareLines',
      { ticketId, claimToken, expectedVersion: 1, lines },
      'fill { preparations { id } }',
    );
    const items = [{ preparationId: ready.fill.preparations[0].id, quantity: 30 }];
    await world.mutate(
      world.pharmacist,
      'handOver',
      { ticketId, claimToken, idempotencyKey: newId(), items },
      'dispense { id }',
    );
    expect(await cancel(prescriptionId)).toMatchObject({
      outcome: 'MARKED',
      prescription: {
        lines: [
          { state: 'COLLECTED', handedOver: 30 },
          { state: 'CANCELLED', handedOver: 0 },
        ],
      },
    });
    expect((await events(prescriptionId))[0]?.data.part).toBe(true);
  });

  it('too late, expired, not allowed, not found: says so and writes nothing', async () => {
    const done = await released(world);
    await fillWhole(world, done.ticketId, await world.claim(done.ticketId));
    expect((await cancel(done.prescriptionId)).outcome).toBe('TOO_LATE');
    const expired = await signed(world);
    await world.move(expired.ticketId, 'expired');
    expect((await cancel(expired.prescriptionId)).outcome).toBe('EXPIRED');
    expect((await cancel((await drafted(world)).prescriptionId)).outcome).toBe('NOT_ALLOWED');
    const doctor = await world.join('doctor');
    const own = await signed(world, undefined, { doctor });
    expect(await cancel(own.prescriptionId)).toEqual({
      outcome: 'NOT_FOUND',
      prescription: null,
      userErrors: [],
    });
    await world.endMembership(doctor);
    expect((await cancel(own.prescriptionId, {}, doctor)).outcome).toBe('NOT_ALLOWED');
    const stale = await cancel((await signed(world)).prescriptionId, { expectedVersion: 1 });
    expect(stale).toMatchObject({ outcome: null, userErrors: [{ code: 'CONFLICT' }] });
  });
});

describe('a ticket that is cancelled', () => {
  it('takes the prescription with it, drafts included', async () => {
    const draft = await drafted(world);
    await world.move(draft.ticketId, 'cancelled', { reason: 'patient_wish', actorId: world.patient.userId });
    const done = await released(world);
    await world.move(done.ticketId, 'cancelled', { reason: 'patient_wish', actorId: world.patient.userId });
    const read = async (id: string) =>
      (await world.query(world.doctor, `{ prescription(id: "${id}") { status endReason } }`)).prescription;
    expect(await read(draft.prescriptionId)).toEqual({ status: 'CANCELLED', endReason: 'patient_wish' });
    expect(await read(done.prescriptionId)).toEqual({ status: 'CANCELLED', endReason: 'patient_wish' });
    expect(await events(draft.prescriptionId)).toEqual([]);
    expect(await events(done.prescriptionId)).toHaveLength(1);
  });

  it('does so once: old news and news that come twice change nothing', async () => {
    const { prescriptionId, ticketId } = await released(world);
    const data = {
      ticketId,
      version: 1,
      from: 'created',
      to: 'cancelled',
      reason: 'late',
      pharmacyId: null,
      fence: 0,
      held: false,
      leaseUntil: null,
    } as const;
    await world.publish(TicketMoved, { aggregateId: ticketId, sequence: 1, data });
    await world.drain();
    expect(
      (await world.query(world.doctor, `{ prescription(id: "${prescriptionId}") { status } }`)).prescription
        .status,
    ).toBe('RELEASED');
    const event = { aggregateId: ticketId, sequence: 9, data, id: newId() };
    await world.publish(TicketMoved, event);
    await world.publish(TicketMoved, event);
    await world.drain();
    expect(await events(prescriptionId)).toHaveLength(1);
  });

  it('after everything was handed over is told that it is too late', async () => {
    const { prescriptionId, ticketId } = await released(world);
    await fillWhole(world, ticketId, await world.claim(ticketId));
    await world.move(ticketId, 'cancel_marked', { fence: 1, held: true, actorId: world.doctor.userId });
    const refused = (await world.emitted(CancelRefused)).filter((e) => e.aggregateId === prescriptionId);
    expect(refused).toMatchObject([{ data: { ticketId, reason: 'too_late' } }]);
  });

  it('declined by the pharmacy leaves the prescription to be redeemed elsewhere', async () => {
    const { prescriptionId, ticketId } = await released(world);
    await world.claim(ticketId);
    await world.move(ticketId, 'not_fulfilled', { fence: 1, reason: 'not_available_anywhere' });
    const other = await world.registerPharmacy();
    const again = await world.mutate(
      world.patient,
      'redeemRepeat',
      { prescriptionId, pharmacyId: other, idempotencyKey: newId() },
      'fill { number status }',
    );
    expect(again).toMatchObject({ userErrors: [], fill: { number: 1, status: 'OPEN' } });
  });
});

describe('cancelling against handing over', () => {
  it('hundreds of times at once: never both', async () => {
    const count = effort(250, 1_000);
    const rounds = await manyReady(count);
    const direct = directly(world);
    const [doctor, pharmacist] = [direct.as(world.doctor), direct.as(world.pharmacist)];
    const seen = { handedOver: 0, cancelled: 0, both: 0, neither: 0 };
    for (const [i, { prescriptionId, ticketId, preparationId }] of rounds.entries()) {
      const items = [{ preparationId, quantity: 30 }];
      const handing = handOver(pharmacist, {
        ticketId,
        claimToken: world.claimToken(ticketId, 1),
        idempotencyKey: newId(),
        items,
      });
      // The hand-over has its token to check first: the cancellation starts some turns of the event loop later.
      for (let turn = 0; turn < i % 6; turn += 1) await new Promise(setImmediate);
      const cancelling = cancelPrescription(doctor, { prescriptionId, reason: 'ALLERGY' });
      const [handed, stopped] = await Promise.all([handing, cancelling]);
      if (stopped instanceof Refusal) throw new Error('A cancellation has an outcome.');
      const wasHanded = !(handed instanceof Refusal);
      const wasStopped = stopped.outcome === 'MARKED';
      expect(stopped.outcome).toBe(wasHanded ? 'TOO_LATE' : 'MARKED');
      seen[wasHanded ? (wasStopped ? 'both' : 'handedOver') : wasStopped ? 'cancelled' : 'neither'] += 1;
    }
    await direct.close();
    expect(seen).toMatchObject({ both: 0, neither: 0 });
    // A race that always ends the same way was none.
    expect(Math.min(seen.handedOver, seen.cancelled)).toBeGreaterThan(count / 10);
    const [both] = await world.sql(
      `SELECT count(*)::int AS n FROM prescription p WHERE status = 'cancelled' AND EXISTS (SELECT 1 FROM dispense d
         WHERE d.prescription_id = p.id) AND p.id = ANY($1)`,
      [rounds.map(({ prescriptionId }) => prescriptionId)],
    );
    expect(both).toEqual({ n: 0 });
  }, 600_000);
});

/** Copies of one released, claimed and prepared prescription. */
async function manyReady(
  count: number,
): Promise<{ prescriptionId: string; ticketId: never; preparationId: string }[]> {
  const { ticketId, prescriptionId, lineIds } = await released(world);
  const claimToken = await world.claim(ticketId);
  await world.mutate(
    world.pharmacist,
    'prepareLines',
    { ticketId, claimToken, expectedVersion: 1, lines: [{ lineId: lineIds[0], lots: [lot(30)] }] },
    'fill { id }',
  );
  return world.sql(
    `WITH new AS MATERIALIZED (SELECT gen_random_uuid() AS p, gen_random_uuid() AS t, gen_random_uuid() AS f, gen_random_uuid() AS l, gen_random_uuid() AS r
         FROM generate_series(1, $2)),
       tickets AS (INSERT INTO ticket SELECT (jsonb_populate_record(x, jsonb_build_object('id', t))).* FROM ticket x, new WHERE x.id = $3),
       prescriptions AS (INSERT INTO prescription SELECT (jsonb_populate_record(x, jsonb_build_object('id', p, 'ticket_id', t))).* FROM prescription x, new WHERE x.id = $1),
       lines AS (INSERT INTO prescription_line SELECT (jsonb_populate_record(x, jsonb_build_object('id', l, 'prescription_id', p))).* FROM prescription_line x, new WHERE x.prescription_id = $1),
       screenings AS (INSERT INTO screening SELECT (jsonb_populate_record(x, jsonb_build_object('prescription_id', p))).* FROM screening x, new WHERE x.prescription_id = $1),
       fills AS (INSERT INTO fill SELECT (jsonb_populate_record(x, jsonb_build_object('id', f, 'prescription_id', p, 'ticket_id', t))).* FROM fill x, new WHERE x.prescription_id = $1),
       fill_lines AS (INSERT INTO fill_line SELECT (jsonb_populate_record(x, jsonb_build_object('fill_id', f, 'line_id', l))).* FROM fill_line x, new WHERE x.line_id = $4),
       ready AS (INSERT INTO preparation SELECT (jsonb_populate_record(x, jsonb_build_object('id', r, 'fill_id', f, 'line_id', l))).* FROM preparation x, new WHERE x.line_id = $4)
     SELECT p AS "prescriptionId", t AS "ticketId", r AS "preparationId" FROM new`,
    [prescriptionId, count, ticketId, lineIds[0]],
  );
}
