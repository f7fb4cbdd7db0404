import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FillOpened } from '@carethread/contracts/events/prescriptions.ts';
import { TicketOpened } from '@carethread/contracts/events/tickets.ts';
import { newId, type OrganisationId, type TicketId } from '@carethread/contracts/ids.ts';
import { fillWhole, finding, lineInput, released, type Written } from './steps.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let began: Date;
beforeAll(async () => {
  world = await startWorld();
  began = world.clock.now;
});
afterAll(() => world.close());

const after = (days: number) => {
  world.clock.now = new Date(began.getTime() + days * 86_400_000);
};
const redeem = (prescriptionId: string, more: object = {}) =>
  world.mutate(
    world.patient,
    'redeemRepeat',
    { prescriptionId, pharmacyId: world.pharmacist.organisationId, idempotencyKey: newId(), ...more },
    'fill { id number status ticket { id } lines { quantity } prescription { repeatsLeft } }',
  );
const read = async (id: string) =>
  (
    await world.query(
      world.patient,
      `query ($id: ID!) { prescription(id: $id) { status repeatsLeft earliestNextFill fills { number status } } }`,
      { id },
    )
  ).prescription;

/** A prescription with repeats, its first fill handed over today. */
async function filledOnce(repeats: number): Promise<Written> {
  after(0);
  const done = await released(world, [lineInput({ repeats, durationDays: 30 })]);
  await fillWhole(world, done.ticketId, await world.claim(done.ticketId));
  return done;
}

/** The ticket that tickets opens for a further fill. */
async function openNext(
  prescriptionId: string,
  ticketId: TicketId,
  pharmacyId: OrganisationId = world.pharmacist.organisationId,
) {
  await world.publish(TicketOpened, {
    aggregateId: ticketId,
    sequence: 1,
    data: {
      ticketId,
      number: 'TKT-20261220-ABCDE',
      kind: 'prescription',
      status: 'sent',
      version: 1,
      patientId: world.patient.userId,
      doctorId: world.doctor.userId,
      clinicId: world.clinicId,
      pharmacyId,
      appointmentId: null,
      prescriptionId: prescriptionId as never,
      expiresAt: '2027-05-19T09:00:00Z',
    },
  });
  await world.drain();
  world.known(ticketId, 'sent', pharmacyId);
}

async function fillNext(prescriptionId: string, ticketId: TicketId) {
  await openNext(prescriptionId, ticketId);
  return fillWhole(world, ticketId, await world.claim(ticketId));
}

describe('repeats (R-11)', () => {
  it('exclude the first fill, and each opens a ticket of its own', async () => {
    const { prescriptionId } = await filledOnce(2);
    expect(await read(prescriptionId)).toMatchObject({
      status: 'RELEASED',
      repeatsLeft: 2,
      earliestNextFill: '2026-12-17',
    });
    after(30);
    const opened = await redeem(prescriptionId);
    expect(opened).toMatchObject({ userErrors: [], fill: { number: 2, status: 'OPEN' } });
    const [event] = (await world.emitted(FillOpened)).filter((e) => e.aggregateId === prescriptionId);
    expect(event?.data).toMatchObject({
      ticketId: opened.fill.ticket.id,
      fillNumber: 2,
      patientId: world.patient.userId,
      pharmacyId: world.pharmacist.organisationId,
    });
    await fillNext(prescriptionId, opened.fill.ticket.id);
    expect(await read(prescriptionId)).toMatchObject({
      repeatsLeft: 1,
      fills: [
        { number: 1, status: 'COMPLETE' },
        { number: 2, status: 'COMPLETE' },
      ],
    });
    after(60);
    const last = await redeem(prescriptionId);
    await fillNext(prescriptionId, last.fill.ticket.id);
    expect(await read(prescriptionId)).toMatchObject({
      status: 'COMPLETED',
      repeatsLeft: 0,
      earliestNextFill: null,
    });
    after(90);
    expect((await redeem(prescriptionId)).userErrors).toMatchObject([{ code: 'BLOCKED' }]);
  });

  it('too early or too late are refused with the date that counts, in the zone of the pharmacy', async () => {
    const { prescriptionId } = await filledOnce(1);
    // 16 December in New York, 17 December in Kiritimati.
    world.clock.now = new Date('2026-12-16T12:00:00Z');
    const early = await redeem(prescriptionId);
    expect(early.userErrors).toMatchObject([
      { code: 'NOT_YET', message: expect.stringContaining('2026-12-17') },
    ]);
    after(200);
    await world.sql(
      `UPDATE bus.task SET due_at = due_at + interval '1 year' WHERE kind = 'expire-prescription'`,
    );
    const late = await redeem(prescriptionId);
    expect(late.userErrors).toMatchObject([
      { code: 'EXPIRED', message: expect.stringContaining('2027-05-19') },
    ]);
    world.clock.now = new Date('2026-12-16T12:00:00Z');
    const far = await world.registerPharmacy('Pacific/Kiritimati');
    expect((await redeem(prescriptionId, { pharmacyId: far })).userErrors).toEqual([]);
  });

  it('one left, redeemed at two pharmacies in the same second: one success', async () => {
    const { prescriptionId } = await filledOnce(1);
    const other = await world.registerPharmacy();
    after(30);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => redeem(prescriptionId, i % 2 ? { pharmacyId: other } : {})),
    );
    expect(answers.filter(({ fill }) => fill)).toHaveLength(1);
    expect(new Set(answers.flatMap(({ userErrors }) => userErrors.map((e: any) => e.code)))).toEqual(
      new Set(['BLOCKED']),
    );
  });

  it('come back when the patient withdraws, and can be redeemed elsewhere', async () => {
    const { prescriptionId } = await filledOnce(1);
    after(30);
    const opened = await redeem(prescriptionId);
    const ticketId = opened.fill.ticket.id;
    await openNext(prescriptionId, ticketId);
    await world.move(ticketId, 'cancelled', { reason: 'patient_wish', actorId: world.patient.userId });
    expect(await read(prescriptionId)).toMatchObject({
      status: 'RELEASED',
      repeatsLeft: 1,
      fills: [{}, { number: 2, status: 'CANCELLED' }],
    });
    const other = await world.registerPharmacy();
    expect((await redeem(prescriptionId, { pharmacyId: other })).fill).toMatchObject({
      number: 2,
      status: 'OPEN',
    });
  });

  it('answer a repeated request as they did first', async () => {
    const { prescriptionId } = await filledOnce(1);
    after(30);
    const idempotencyKey = newId();
    const first = await redeem(prescriptionId, { idempotencyKey });
    expect((await redeem(prescriptionId, { idempotencyKey })).fill.id).toBe(first.fill.id);
  });

  it('need an unfinished fill finished, safety points answered, and a pharmacy there is', async () => {
    after(0);
    const open = await released(world, [lineInput({ repeats: 1 })]);
    expect((await redeem(open.prescriptionId)).userErrors).toMatchObject([{ code: 'BLOCKED' }]);
    const { prescriptionId } = await filledOnce(1);
    after(30);
    expect((await redeem(prescriptionId, { pharmacyId: newId() })).userErrors).toMatchObject([
      { code: 'INVALID', path: ['input', 'pharmacyId'] },
    ]);
    await world.mutate(
      world.patient,
      'recordAllergy',
      { code: `ingredient:x-${newId()}`, idempotencyKey: newId() },
      'patientProfile { version }',
    );
    await world.drain();
    await world.screen(prescriptionId, { status: 'findings', findings: [finding('allergy')] });
    expect((await redeem(prescriptionId)).userErrors).toMatchObject([{ code: 'BLOCKED' }]);
    const stranger = await world.join('patient');
    const theirs = await world.mutate(
      stranger,
      'redeemRepeat',
      { prescriptionId, pharmacyId: world.pharmacist.organisationId, idempotencyKey: newId() },
      'fill { id }',
    );
    expect(theirs.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});

describe('validity', () => {
  it('ends by itself when its last day is over everywhere', async () => {
    const { prescriptionId } = await filledOnce(1);
    after(180);
    await world.drain();
    expect((await read(prescriptionId)).status).toBe('RELEASED');
    after(181.1);
    await world.drain();
    await world.sql(
      `UPDATE bus.task SET due_at = due_at - interval '1 year' WHERE kind = 'expire-prescription' AND due_at > $1`,
      [world.clock.now],
    );
    await world.drain();
    expect((await read(prescriptionId)).status).toBe('EXPIRED');
  });
});
