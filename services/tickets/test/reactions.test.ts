import { MembershipEnded, MembershipGranted } from '@carethread/contracts/events/identity.ts';
import {
  PaymentRefunded,
  PaymentRequested,
  PaymentSucceeded,
} from '@carethread/contracts/events/payments.ts';
import { FillOpened } from '@carethread/contracts/events/prescriptions.ts';
import {
  TicketMoved,
  TicketNoted,
  TicketOpened,
  TicketPharmacyChanged,
} from '@carethread/contracts/events/tickets.ts';
import { newId, type PrescriptionId, type TicketId } from '@carethread/contracts/ids.ts';
import type { EventDefinition } from '@carethread/contracts/define-event.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { claimed, released } from './on-the-way.ts';
import { message, story, told, type Told } from './telling.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.close());

const tell = (event: Told, id?: string) => event.tell(world.tickets, id);
const storyOf = (id: string, prescriptionId: PrescriptionId = newId<'Prescription'>(), fence = 1) =>
  story(world.doctor.userId, id as TicketId, prescriptionId, fence);
const messageIn = (id: string, number: number, kind?: 'text' | 'system') =>
  message(world.doctor.userId, id as TicketId, number, kind);

/** Timeline and events stand for the same things under the same numbers, without gaps. */
async function expectWhole(id: string) {
  const timeline = await world.timeline(world.doctor, id);
  expect(timeline.map(({ number }) => number)).toEqual(timeline.map((_, at) => at + 1));
  const definitions = [TicketOpened, TicketPharmacyChanged, TicketMoved, TicketNoted] as EventDefinition<
    string,
    unknown
  >[];
  const events = (await Promise.all(definitions.map((each) => world.tickets.emitted(each)))).flat();
  const numbers = events.filter(({ aggregateId }) => aggregateId === id).map(({ sequence }) => sequence);
  expect(numbers.sort((a, b) => a - b)).toEqual(timeline.map(({ number }) => number));
  const [row] = await world.tickets.sql('SELECT version, timeline_length FROM ticket WHERE id = $1', [id]);
  expect(row).toEqual({
    version: timeline.filter(({ kind }) => kind !== 'NOTED').length,
    timeline_length: timeline.length,
  });
  return timeline;
}

describe('a prescription from draft to hand-over', () => {
  it('moves its ticket and leaves a trace of each step (S-03, S-05, T-11)', async () => {
    const ticket = await world.open();
    const id = ticket.id;
    const prescriptionId = newId<'Prescription'>();
    const tells = storyOf(id, prescriptionId);
    const posted = messageIn(id, 1);
    for (const event of [tells.drafted(), posted, tells.signed(), tells.blocked(), tells.released()])
      await tell(event);
    await world.tickets.drain();
    const [pharmacist] = world.pharmacies[0]!;
    expect(await world.see(pharmacist, id)).toMatchObject({ status: 'SENT', version: 2 });
    await world.call(pharmacist, 'claimTicket', { ticketId: id, idempotencyKey: newId() });
    for (const event of [tells.prepared('none'), tells.prepared('part'), tells.handedOver(false)])
      await tell(event);
    await world.tickets.drain();
    expect(await world.see(world.patient, id)).toMatchObject({ status: 'PREPARING' });
    for (const event of [tells.prepared('whole'), tells.handedOver(true)]) await tell(event);
    await world.tickets.drain();
    expect(await world.see(pharmacist, id)).toMatchObject({ status: 'CLOSED', claim: null });
    const timeline = await expectWhole(id);
    expect(timeline.map((entry) => entry.noted ?? `${entry.from} ${entry.to} ${entry.reason}`)).toEqual([
      'null null null',
      'prescriptions.prescription.drafted.v1',
      'messaging.message.posted.v1',
      'prescriptions.prescription.signed.v1',
      'prescriptions.prescription.blocked.v1',
      'CREATED SENT released',
      'SENT RECEIVED claimed',
      'RECEIVED PREPARING preparing',
      'PREPARING READY ready_part',
      'READY PREPARING part_handed_over',
      'PREPARING READY ready_whole',
      'READY CLOSED handed_over',
    ]);
    const [row] = await world.tickets.sql('SELECT prescription_id FROM ticket WHERE id = $1', [id]);
    expect(row!['prescription_id']).toBe(prescriptionId);
    expect(timeline[2]!.subjectId).toBe(posted.messageId);
  });

  it('may be handed over whole while the ticket says received: the moves between are made, too', async () => {
    const { id, prescriptionId } = await claimed(world);
    await tell(storyOf(id, prescriptionId).handedOver(true));
    await world.tickets.drain();
    expect((await expectWhole(id)).slice(-3).map(({ from, to }) => `${from} ${to}`)).toEqual([
      'RECEIVED PREPARING',
      'PREPARING READY',
      'READY CLOSED',
    ]);
  });

  it('prepared under a claim that has ended is noted and moves nothing', async () => {
    const { id, prescriptionId, pharmacist } = await claimed(world);
    await world.call(pharmacist, 'claimTicket', { ticketId: id, idempotencyKey: newId(), takeOver: true });
    await tell(storyOf(id, prescriptionId, 1).prepared('whole'));
    await world.tickets.drain();
    expect(await world.see(pharmacist, id)).toMatchObject({ status: 'RECEIVED', claim: { fence: 2 } });
    expect((await expectWhole(id)).at(-1)).toMatchObject({
      kind: 'NOTED',
      noted: 'prescriptions.fill.prepared.v1',
    });
  });

  it('released after the ticket was cancelled is noted, not applied', async () => {
    const { id } = await world.open();
    await world.call(world.patient, 'cancelTicket', { ticketId: id, reason: 'NO_LONGER_NEEDED' });
    await tell(storyOf(id).released());
    await world.tickets.drain();
    expect(await world.see(world.doctor, id)).toMatchObject({ status: 'CANCELLED', version: 2 });
    expect((await expectWhole(id)).at(-1)).toMatchObject({ noted: 'prescriptions.prescription.released.v1' });
  });

  it('given up line by line ends its ticket, with the reason the lines share (T-11)', async () => {
    const one = await claimed(world);
    await tell(storyOf(one.id, one.prescriptionId).notFulfilled('out_of_stock', 'out_of_stock'));
    const other = await claimed(world);
    const tells = storyOf(other.id, other.prescriptionId);
    for (const event of [tells.prepared('whole'), tells.notFulfilled('out_of_stock', 'patient_declined')])
      await tell(event);
    await world.tickets.drain();
    const ends = await Promise.all([one, other].map(async ({ id }) => (await expectWhole(id)).at(-1)));
    expect(ends.map((end) => `${end!.from} ${end!.to} ${end!.reason}`)).toEqual([
      'RECEIVED NOT_FULFILLED out_of_stock',
      'READY NOT_FULFILLED not_dispensed',
    ]);
    expect(await world.see(world.patient, one.id)).toMatchObject({ status: 'NOT_FULFILLED', claim: null });
  });

  it('expired ends its ticket, whoever holds it, and is noted on one that has ended (T-13)', async () => {
    const { id, prescriptionId } = await claimed(world);
    const tells = storyOf(id, prescriptionId);
    await tell(tells.expired());
    await world.tickets.drain();
    expect((await expectWhole(id)).at(-1)).toMatchObject({
      from: 'RECEIVED',
      to: 'EXPIRED',
      reason: 'validity_ended',
      subjectId: prescriptionId,
    });
    const done = await claimed(world);
    const closing = storyOf(done.id, done.prescriptionId);
    for (const event of [closing.handedOver(true), closing.expired()]) await tell(event);
    await world.tickets.drain();
    expect(await world.see(world.patient, done.id)).toMatchObject({ status: 'CLOSED' });
    expect((await expectWhole(done.id)).at(-1)).toMatchObject({
      noted: 'prescriptions.prescription.expired.v1',
    });
  });

  it('another than the one it carries does not cancel it', async () => {
    const { id } = await released(world);
    await tell(storyOf(id, newId<'Prescription'>()).cancelled());
    await world.tickets.drain();
    expect(await world.see(world.doctor, id)).toMatchObject({ status: 'SENT' });
  });
});

describe('the same event delivered three times (T-12)', () => {
  it('has one effect', async () => {
    const { id } = await world.open();
    const tells = storyOf(id);
    for (const event of [tells.drafted(), tells.released(), messageIn(id, 1)]) {
      const eventId = newId();
      for (let copy = 0; copy < 3; copy++) await tell(event, eventId);
    }
    await world.tickets.drain();
    expect(await expectWhole(id)).toHaveLength(4);
  });
});

describe('events of several services in any order between them', () => {
  it('each aggregate in its own order: same status, same entries, no gap', async () => {
    for (let round = 0; round < 12; round++) {
      const { id } = await world.open();
      const tells = storyOf(id);
      const lanes = [
        [tells.drafted(), tells.signed(), tells.released(), tells.prepared('whole')],
        [messageIn(id, 1), messageIn(id, 2, 'system'), messageIn(id, 3)],
      ];
      while (lanes.some((lane) => lane.length > 0)) {
        const ready = lanes.filter((lane) => lane.length > 0);
        await tell(ready[Math.floor(Math.random() * ready.length)]!.shift()!);
      }
      await world.tickets.drain();
      expect(await world.see(world.doctor, id)).toMatchObject({ status: 'SENT', version: 2 });
      const timeline = await expectWhole(id);
      // The system message repeats what stands there already.
      expect(timeline.map(({ noted }) => noted ?? 'a change').sort()).toEqual([
        'a change',
        'a change',
        'messaging.message.posted.v1',
        'messaging.message.posted.v1',
        'prescriptions.fill.prepared.v1',
        'prescriptions.prescription.drafted.v1',
        'prescriptions.prescription.signed.v1',
      ]);
    }
  });

  it('racing with people: hand-over against return, cancel against claim; never a gap, never two ends', async () => {
    for (let round = 0; round < 10; round++) {
      const { id, prescriptionId, pharmacist, token } = await claimed(world);
      const { version } = (await world.see(pharmacist, id))!;
      await Promise.all([
        tell(storyOf(id, prescriptionId).handedOver(true)),
        world.call(pharmacist, 'returnTicket', {
          ticketId: id,
          claimToken: token,
          expectedVersion: version,
          reason: 'OTHER',
        }),
        world.call(world.doctor, 'cancelTicket', { ticketId: id, reason: 'OTHER' }),
      ]);
      await world.tickets.drain();
      const timeline = await expectWhole(id);
      const ends = timeline.filter(({ to }) => ['CLOSED', 'CANCELLED'].includes(to ?? ''));
      expect(ends.length).toBeLessThanOrEqual(1);
    }
  });
});

describe('a redeemed repeat (R-11)', () => {
  it('opens a ticket of its own, sent at once, once', async () => {
    const ticketId = newId<'Ticket'>();
    const prescriptionId = newId<'Prescription'>();
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const data = {
      prescriptionId,
      ticketId,
      fillNumber: 2,
      patientId: world.patient.userId,
      doctorId: world.doctor.userId,
      clinicId: world.doctor.organisationId,
      pharmacyId: world.pharmacies[1]![0].organisationId,
      expiresAt,
    };
    const event = told(FillOpened, prescriptionId, 12, data);
    await tell(event);
    await tell(event);
    await world.tickets.drain();
    expect(await world.see(world.pharmacies[1]![0], ticketId)).toMatchObject({
      status: 'SENT',
      version: 1,
      expiresAt,
    });
    const opened = (await world.tickets.emitted(TicketOpened)).filter(
      ({ aggregateId }) => aggregateId === ticketId,
    );
    expect(opened).toMatchObject([{ sequence: 1, data: { prescriptionId, status: 'sent' } }]);
    await expectWhole(ticketId);
  });
});

describe('copies of identity’s data', () => {
  it('end as the newest event says, in whatever order events come', async () => {
    const patient = person('patient', { organisationId: world.doctor.organisationId });
    const { membershipId, userId, organisationId, role } = patient;
    const data = { membershipId, userId, organisationId, role };
    await tell(told(MembershipEnded, membershipId, 2, data));
    await tell(told(MembershipGranted, membershipId, 1, data));
    const errors = async () => {
      await world.tickets.drain();
      const wish = { idempotencyKey: newId(), kind: 'REFERRAL', patientId: userId };
      return (await world.call(world.doctor, 'openTicket', wish)).userErrors;
    };
    expect(await errors()).toMatchObject([{ code: 'NOT_FOUND' }]);
    // What has ended may be granted again, under the same id.
    await tell(told(MembershipGranted, membershipId, 3, data));
    expect(await errors()).toEqual([]);
  });
});

describe('an event about a ticket that does not exist', () => {
  it('is set aside where an operator sees it, and others go on', async () => {
    const { id } = await world.open();
    await tell(messageIn(newId<'Ticket'>(), 1));
    await tell(messageIn(id, 1));
    await world.tickets.drain();
    expect(await expectWhole(id)).toHaveLength(2);
    const parked = await world.tickets.sql(`SELECT error FROM bus.inbox WHERE status = 'parked'`);
    expect(parked).toHaveLength(1);
    expect(parked[0]!['error']).toContain('does not exist');
  });
});

describe('money on a ticket', () => {
  it('leaves a trace of each leg and moves nothing (P-09)', async () => {
    const { id } = await world.open();
    const paymentId = newId<'Payment'>();
    const about = {
      paymentId,
      ticketId: id as TicketId,
      payerId: world.patient.userId,
      subjectId: null,
      amountMinor: 4_900,
      currency: 'EUR',
    };
    const back = {
      refundId: newId<'Refund'>(),
      refundMinor: 4_900,
      reason: 'goodwill',
      whole: true,
    } as const;
    await tell(told(PaymentRequested, paymentId, 1, { ...about, purpose: 'consultation' }));
    await tell(told(PaymentSucceeded, paymentId, 2, about));
    await tell(told(PaymentRefunded, paymentId, 3, { ...about, ...back }));
    await world.tickets.drain();
    const timeline = await expectWhole(id);
    expect(timeline.slice(1)).toMatchObject(
      ['requested', 'succeeded', 'refunded'].map((what) => ({
        kind: 'NOTED',
        noted: `payments.payment.${what}.v1`,
        subjectId: paymentId,
      })),
    );
    expect(await world.see(world.doctor, id)).toMatchObject({ status: 'CREATED', version: 1 });
  });
});
