import { describe, expect, it } from '@jest/globals';
import { claim, handOver, prepare } from '../../../src/counter.ts';
import { releasedTicket } from '../../../src/released-ticket.ts';
import { eventually } from '../../../src/story/expect.ts';
import type { OwnPlatform } from '../../running-platform.ts';
import { inStatus, refusalOf, returned, threadOf, threadSeenBy, ticketState } from '../../looks.ts';

export function ticketRows(own: OwnPlatform): void {
  const open = async (kind: string, pharmacyId: string | null, more: object = {}): Promise<string> => {
    const { doctor, patientId } = own.stage;
    const input = { idempotencyKey: crypto.randomUUID(), kind, patientId, pharmacyId, ...more };
    return (await doctor.change('openTicket', input, 'ticket { id }'))['ticket'].id;
  };
  const step = async (
    who: 'doctor' | 'pharmacist',
    mutation: string,
    ticketId: string,
    more: object = {},
  ) => {
    const { version: expectedVersion } = await ticketState(own.stage[who], ticketId);
    return own.stage[who].change(mutation, { ticketId, expectedVersion, ...more }, 'ticket { status }');
  };

  describe('kinds of tickets', () => {
    it('S-07 a lab request goes through a pharmacy, with its thread', async () => {
      const { pharmacist, patient, pharmacyId } = own.stage;
      const ticketId = await open('LAB_REQUEST', pharmacyId);
      await step('doctor', 'sendTicket', ticketId);
      const { claimToken } = await claim(pharmacist, ticketId);
      await step('pharmacist', 'startPreparing', ticketId, { claimToken });
      await patient.change(
        'sendMessage',
        { ticketId, clientId: crypto.randomUUID(), body: 'Fasting, as you said.' },
        'message { id }',
      );
      await step('pharmacist', 'markReady', ticketId, { claimToken });
      await step('pharmacist', 'closeTicket', ticketId, { claimToken });
      await inStatus(patient, ticketId, 'CLOSED');
      expect(await threadSeenBy(pharmacist, ticketId)).toMatchObject({ orderType: 'LAB_REQUEST' });
    });

    it.each(['REFERRAL', 'CONSULTATION'])(
      'S-07 a %s without a pharmacy is ended by its doctor',
      async (kind) => {
        const { patient } = own.stage;
        const ticketId = await open(kind, null);
        await step('doctor', 'sendTicket', ticketId);
        await step('doctor', 'closeTicket', ticketId);
        await inStatus(patient, ticketId, 'CLOSED');
        expect(await threadSeenBy(patient, ticketId)).toMatchObject({ orderType: kind, members: [{}, {}] });
      },
    );

    it('S-02 a thread is found by its ticket, and by the appointment', async () => {
      const { patient, otherPatient, pharmacyId } = own.stage;
      const appointmentId = crypto.randomUUID();
      const ticketId = await open('PRESCRIPTION', pharmacyId, { appointmentId });
      const byTicket = await eventually(() => threadOf(patient, ticketId), 'the ticket has its thread');
      const read = 'query O($id: ID!) { threadOfOrder(orderId: $id) { id orderId orderType } }';
      const { threadOfOrder } = await patient.do(read, { id: appointmentId });
      expect(threadOfOrder).toEqual({
        id: byTicket['id'],
        orderId: appointmentId,
        orderType: 'PRESCRIPTION',
      });
      expect(await otherPatient.do(read, { id: appointmentId })).toEqual({ threadOfOrder: null });
    });
  });

  describe('claims', () => {
    it('T-07 the token is needed for every write, is given again to its pharmacy and to nobody else', async () => {
      const { stage } = own;
      const { pharmacist, otherPharmacist } = stage;
      const { ticketId } = await releasedTicket(stage);
      const input = { idempotencyKey: crypto.randomUUID(), ticketId };
      const first = await pharmacist.change('claimTicket', input, 'claim { fence token }');
      const again = await pharmacist.change('claimTicket', input, 'claim { fence token }');
      expect(again['claim'].fence).toBe(first['claim'].fence);
      expect((await ticketState(pharmacist, ticketId)).claim?.token).toBeTruthy();
      const held = { pharmacist, ticketId, claimToken: again['claim'].token };
      const foreign = await otherPharmacist.tryChange(
        'claimTicket',
        { ...input, idempotencyKey: crypto.randomUUID() },
        'claim { token }',
      );
      expect(refusalOf(foreign)).toMatchObject({ code: 'NOT_FOUND' });
      expect((await ticketState(stage.patient, ticketId)).claim?.token).toBeNull();
      for (const claimToken of ['nonsense', `${held.claimToken.slice(0, -8)}AAAAAAAA`])
        await expect(prepare({ ...held, claimToken }, [1])).rejects.toThrow(/claimToken|STALE_CLAIM/);
      expect(await prepare(held, [1])).toHaveLength(1);
    });

    it('T-08 a ticket that is returned with a reason can be claimed again, and the token is dead', async () => {
      const { pharmacist, patient } = own.stage;
      const { ticketId } = await releasedTicket(own.stage);
      const first = await claim(pharmacist, ticketId);
      await returned(first);
      const { timeline } = await inStatus(patient, ticketId, 'SENT');
      expect(timeline.at(-1)).toMatchObject({ from: 'RECEIVED', to: 'SENT', reason: 'out_of_stock' });
      const isRefused = () =>
        prepare(first, [1]).then(
          () => false,
          ({ message }: Error) => message.includes('STALE_CLAIM'),
        );
      await eventually(isRefused, 'prescriptions has heard that the ticket was returned');
      const second = await claim(pharmacist, ticketId);
      expect((await ticketState(pharmacist, ticketId)).claim?.fence).toBe(2);
      await expect(prepare(first, [1])).rejects.toThrow('STALE_CLAIM');
      await handOver(second, await prepare(second, [1]));
    });

    it('T-14 M-01 when the patient chooses another pharmacy, the former one loses ticket and thread at once', async () => {
      const { pharmacist, otherPharmacist, patient, otherPharmacyId } = own.stage;
      const { ticketId } = await releasedTicket(own.stage);
      const thread = await threadSeenBy(pharmacist, ticketId);
      const { version: expectedVersion } = await ticketState(patient, ticketId);
      const input = { ticketId, expectedVersion, pharmacyId: otherPharmacyId };
      await patient.change('changePharmacy', input, 'ticket { id }');
      // The ticket is decided in one service: gone with the answer. The thread follows with the event.
      expect(await pharmacist.do('query T($id: ID!) { ticket(id: $id) { id } }', { id: ticketId })).toEqual({
        ticket: null,
      });
      expect(await threadSeenBy(otherPharmacist, ticketId)).toMatchObject({ id: thread['id'] });
      expect(await threadOf(pharmacist, ticketId)).toBeNull();
      const late = await pharmacist.tryChange(
        'sendMessage',
        { threadId: thread['id'], clientId: crypto.randomUUID(), body: 'Still here?' },
        'message { id }',
      );
      expect(refusalOf(late)).toMatchObject({ code: 'NOT_FOUND' });
      const { inbox } = await pharmacist.do('{ inbox { threads(first: 100) { edges { node { id } } } } }');
      expect(JSON.stringify(inbox)).not.toContain(thread['id']);
      await claim(otherPharmacist, ticketId);
    });
  });

  describe('T-10 cancelling', () => {
    const cancel = async (who: 'doctor' | 'patient' | 'pharmacist' | 'otherPatient', ticketId: string) =>
      (await own.stage[who].tryChange('cancelTicket', { ticketId, reason: 'OTHER' }, 'outcome'))['outcome'];

    it('T-10 CANCELLED before a claim, ALREADY_CANCELLED after it, NOT_FOUND for a stranger', async () => {
      const { ticketId } = await releasedTicket(own.stage);
      expect(await cancel('otherPatient', ticketId)).toBe('NOT_FOUND');
      expect(await cancel('patient', ticketId)).toBe('CANCELLED');
      expect(await cancel('doctor', ticketId)).toBe('ALREADY_CANCELLED');
    });

    it('T-10 MARKED while held, OTHER_REQUESTER for the next, NOT_ALLOWED for a pharmacy; hand-over is blocked', async () => {
      const { pharmacist, patient } = own.stage;
      const { ticketId, prescriptionId } = await releasedTicket(own.stage);
      const held = await claim(pharmacist, ticketId);
      const items = await prepare(held, [1]);
      expect(await cancel('pharmacist', ticketId)).toBe('NOT_ALLOWED');
      expect(await cancel('doctor', ticketId)).toBe('MARKED');
      expect(await cancel('patient', ticketId)).toBe('OTHER_REQUESTER');
      await inStatus(patient, ticketId, 'CANCEL_MARKED');
      const read = 'query P($id: ID!) { prescription(id: $id) { status } }';
      await eventually(async () => {
        const { prescription } = await patient.do(read, { id: prescriptionId });
        return prescription.status === 'CANCELLED';
      }, 'the prescription has heard of it');
      await expect(handOver(held, items)).rejects.toThrow(/ILLEGAL_MOVE|cancel/i);
      await step('pharmacist', 'acknowledgeCancel', ticketId, { claimToken: held.claimToken });
      await inStatus(patient, ticketId, 'CANCELLED');
    });

    it('T-10 TOO_LATE when everything was handed over', async () => {
      const { pharmacist, patient } = own.stage;
      const { ticketId } = await releasedTicket(own.stage);
      const held = await claim(pharmacist, ticketId);
      await handOver(held, await prepare(held, [1]));
      await inStatus(patient, ticketId, 'CLOSED');
      expect(await cancel('doctor', ticketId)).toBe('TOO_LATE');
    });
  });
}
