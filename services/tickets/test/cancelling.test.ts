import { CancelRefused, PrescriptionCancelled } from '@carethread/contracts/events/prescriptions.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { claimed, released } from './on-the-way.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.close());

const cancel = (actor: World['doctor'], ticketId: string, more: object = {}) =>
  world.call(actor, 'cancelTicket', { ticketId, reason: 'ALLERGY', ...more });

describe('cancelling a ticket (T-10)', () => {
  it('before anybody holds it: CANCELLED, by patient or doctor', async () => {
    for (const actor of [world.patient, world.doctor])
      for (const ticketId of [(await world.open()).id, (await released(world)).id]) {
        const answer = await cancel(actor, ticketId);
        expect(answer).toMatchObject({
          outcome: 'CANCELLED',
          ticket: { status: 'CANCELLED' },
          userErrors: [],
        });
        expect(await cancel(actor, ticketId)).toMatchObject({ outcome: 'ALREADY_CANCELLED', ticket: null });
        expect((await world.timeline(actor, ticketId)).at(-1)).toMatchObject({
          reason: 'allergy',
          channel: 'API',
        });
      }
  });

  it('while a pharmacy holds it: MARKED; the pharmacy acknowledges', async () => {
    const { id, token, pharmacist } = await claimed(world);
    expect(await cancel(world.doctor, id)).toMatchObject({
      outcome: 'MARKED',
      ticket: { status: 'CANCEL_MARKED' },
    });
    // The same wish again is the same answer; somebody else’s comes second.
    expect(await cancel(world.doctor, id)).toMatchObject({ outcome: 'MARKED', userErrors: [] });
    expect(await cancel(world.patient, id)).toMatchObject({
      outcome: 'OTHER_REQUESTER',
      userErrors: [{ code: 'ILLEGAL_MOVE', currentStatus: 'CANCEL_MARKED' }],
    });
    const { version } = (await world.see(pharmacist, id))!;
    const acknowledged = await world.call(pharmacist, 'acknowledgeCancel', {
      ticketId: id,
      claimToken: token,
      expectedVersion: version,
    });
    expect(acknowledged.ticket).toMatchObject({ status: 'CANCELLED', claim: null });
  });

  it('too late, expired, not allowed, not found', async () => {
    const { id, pharmacist } = await claimed(world);
    expect(await cancel(pharmacist, id)).toMatchObject({
      outcome: 'NOT_ALLOWED',
      userErrors: [{ code: 'NOT_ALLOWED' }],
    });
    for (const [status, outcome] of [
      ['closed', 'TOO_LATE'],
      ['not_fulfilled', 'TOO_LATE'],
      ['expired', 'EXPIRED'],
    ]) {
      const ticket = await world.open();
      await world.tickets.sql('UPDATE ticket SET status = $2 WHERE id = $1', [ticket.id, status]);
      expect(await cancel(world.doctor, ticket.id)).toMatchObject({ outcome, ticket: null });
    }
    for (const [actor, ticketId] of [
      [world.otherDoctor, id],
      [world.otherPatient, id],
      [world.doctor, newId()],
    ] as const)
      expect(await cancel(actor, ticketId)).toMatchObject({
        outcome: 'NOT_FOUND',
        userErrors: [{ code: 'NOT_FOUND' }],
      });
  });

  it('on a stale version: no outcome, and nothing is written', async () => {
    const { id } = await released(world);
    expect(await cancel(world.doctor, id, { expectedVersion: 1 })).toMatchObject({
      outcome: null,
      userErrors: [{ code: 'CONFLICT', currentVersion: 2 }],
    });
    expect((await world.see(world.doctor, id))!.status).toBe('SENT');
  });

  it('when everything had been handed over already, the ticket is closed instead', async () => {
    const { id, prescriptionId } = await claimed(world);
    await cancel(world.doctor, id);
    await world.tickets.publish(CancelRefused, {
      aggregateId: prescriptionId,
      sequence: 9,
      data: {
        prescriptionId: prescriptionId,
        ticketId: id,
        reason: 'too_late',
      },
    });
    await world.tickets.drain();
    expect(await world.see(world.doctor, id)).toMatchObject({ status: 'CLOSED' });
  });

  it('by the prescription: cancelled before the claim, marked after it', async () => {
    const [before, after] = [await released(world), await claimed(world)];
    for (const { id, prescriptionId } of [before, after])
      await world.tickets.publish(PrescriptionCancelled, {
        aggregateId: prescriptionId,
        sequence: 9,
        actorId: world.doctor.userId,
        data: {
          prescriptionId: prescriptionId,
          ticketId: id,
          reason: 'wrong_drug',
          part: false,
        },
      });
    await world.tickets.drain();
    expect(await world.see(world.patient, before.id)).toMatchObject({ status: 'CANCELLED' });
    expect(await world.see(world.patient, after.id)).toMatchObject({ status: 'CANCEL_MARKED' });
    expect(await cancel(world.doctor, after.id)).toMatchObject({ outcome: 'MARKED' });
    expect(await cancel(world.patient, after.id)).toMatchObject({ outcome: 'OTHER_REQUESTER' });
    expect((await world.timeline(world.patient, after.id)).at(-1)).toMatchObject({
      reason: 'wrong_drug',
      channel: 'EVENT',
      actor: { id: world.doctor.userId },
      subjectId: after.prescriptionId,
    });
  });
});
