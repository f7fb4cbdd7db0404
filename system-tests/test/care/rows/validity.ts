import { describe, expect, it } from '@jest/globals';
import { claim, prepare } from '../../../src/counter.ts';
import { releasedTicket, type ReleasedTicket } from '../../../src/released-ticket.ts';
import { eventually } from '../../../src/story/expect.ts';
import type { OwnPlatform } from '../../running-platform.ts';
import { refusalOf, returned, ticketState } from '../../looks.ts';

/** 10 s: long enough to release and claim a ticket, short enough to wait for. */
const validDays = 10 / 86_400;

export function validityRows(own: OwnPlatform): void {
  describe('validity', () => {
    it('T-13 an expired ticket is shown as expired, and can be neither claimed, filled nor cancelled', async () => {
      const { stage, platform } = own;
      const { pharmacist, patient, doctor } = stage;
      await platform.processes.prescriptions.restart({ PRESCRIPTION_VALID_DAYS: String(validDays) });
      await platform.processes.prescriptions.untilReady();
      const waiting = await releasedTicket(stage);
      const held = await claim(pharmacist, (await releasedTicket(stage)).ticketId);
      await returned(held);
      await platform.processes.prescriptions.restart();
      await platform.processes.prescriptions.untilReady();
      await Promise.all([waiting.ticketId, held.ticketId].map((id) => expired(own, id)));

      const { ticketId, prescriptionId } = waiting;
      const claimed = await pharmacist.tryChange(
        'claimTicket',
        { idempotencyKey: crypto.randomUUID(), ticketId },
        'claim { token }',
      );
      expect(refusalOf(claimed)).toMatchObject({ code: 'EXPIRED' });
      await expect(prepare(held, [1])).rejects.toThrow(/STALE_CLAIM|ILLEGAL_MOVE|NOT_FOUND/);
      const cancelled = await doctor.tryChange('cancelTicket', { ticketId, reason: 'OTHER' }, 'outcome');
      expect(cancelled['outcome']).toBe('EXPIRED');
      const redeemed = await patient.tryChange(
        'redeemRepeat',
        { prescriptionId, pharmacyId: stage.otherPharmacyId, idempotencyKey: crypto.randomUUID() },
        'fill { id }',
      );
      expect(refusalOf(redeemed)).toMatchObject({ code: 'EXPIRED' });
      await prescriptionExpired(own, waiting);
    });
  });
}

const expired = (own: OwnPlatform, ticketId: string) =>
  eventually(
    async () => (await ticketState(own.stage.patient, ticketId)).status === 'EXPIRED',
    'the ticket expires',
    60_000,
  );

/** The prescription ends with its ticket, and the timeline says so. */
async function prescriptionExpired({ stage }: OwnPlatform, { ticketId, prescriptionId }: ReleasedTicket) {
  await eventually(async () => {
    const { timeline } = await ticketState(stage.patient, ticketId);
    return timeline.at(-1)?.['noted'] === 'prescriptions.prescription.expired.v1';
  }, 'the timeline says that the prescription expired');
  const { timeline } = await ticketState(stage.patient, ticketId);
  expect(timeline.at(-2)).toMatchObject({
    from: 'SENT',
    to: 'EXPIRED',
    reason: 'validity_ended',
    channel: 'TIMER',
  });
  const read = 'query P($id: ID!) { prescription(id: $id) { status endReason } }';
  const { prescription } = await stage.patient.do(read, { id: prescriptionId });
  expect(prescription).toEqual({ status: 'EXPIRED', endReason: 'ticket_expired' });
}
