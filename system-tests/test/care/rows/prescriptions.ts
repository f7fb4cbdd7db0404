import { describe, expect, it } from '@jest/globals';
import type { Client, Data } from '../../../src/client.ts';
import { claim, fillOf, handOver, notDispensed, prepare, tryHandOver } from '../../../src/counter.ts';
import { answered, ointment, releasedTicket } from '../../../src/released-ticket.ts';
import { expect as demand } from '../../../src/story/expect.ts';
import type { OwnPlatform } from '../../running-platform.ts';
import { inStatus, refusalOf, ticketState } from '../../looks.ts';

export function prescriptionRows(own: OwnPlatform): void {
  const redeem = (prescriptionId: string, pharmacyId: string, idempotencyKey: string = crypto.randomUUID()) =>
    own.stage.patient.tryChange(
      'redeemRepeat',
      { prescriptionId, pharmacyId, idempotencyKey },
      'fill { number ticket { id } }',
    );
  const fillAt = async (pharmacist: Client, ticketId: string) => {
    const held = await claim(pharmacist, ticketId);
    await handOver(held, await prepare(held, [1]));
  };
  const repeats = (count: number, durationDays: number) => ({
    lines: [{ ...ointment, repeats: count, durationDays }],
  });

  describe('repeats', () => {
    it('R-11 are had at any pharmacy; of two tabs that want the last one gets it; there is none after it', async () => {
      const { pharmacist, otherPharmacist, pharmacyId, otherPharmacyId, patient } = own.stage;
      const { ticketId, prescriptionId } = await releasedTicket(own.stage, repeats(2, 3));
      expect(refusalOf(await redeem(prescriptionId, pharmacyId))).toMatchObject({ code: 'BLOCKED' });
      await fillAt(pharmacist, ticketId);

      const key = crypto.randomUUID();
      const second = await redeem(prescriptionId, otherPharmacyId, key);
      expect(second['fill']).toMatchObject({ number: 2 });
      expect((await redeem(prescriptionId, otherPharmacyId, key))['fill']).toEqual(second['fill']);
      expect(refusalOf(await redeem(prescriptionId, pharmacyId, key))).toMatchObject({
        code: 'IDEMPOTENCY_MISMATCH',
      });
      await fillAt(otherPharmacist, second['fill'].ticket.id);

      const tabs = await Promise.all([pharmacyId, otherPharmacyId].map((to) => redeem(prescriptionId, to)));
      const last = tabs.filter(({ fill }) => fill);
      expect(last.map(({ fill }) => fill.number)).toEqual([3]);
      expect(tabs.flatMap(({ userErrors }) => userErrors)).toMatchObject([{ code: 'BLOCKED' }]);
      const lastTicket = last[0]!['fill'].ticket.id as string;
      await fillAt(last[0] === tabs[0] ? pharmacist : otherPharmacist, lastTicket);
      await inStatus(patient, lastTicket, 'CLOSED');
      expect(refusalOf(await redeem(prescriptionId, pharmacyId))).toMatchObject({ code: 'BLOCKED' });
      const read = 'query P($id: ID!) { prescription(id: $id) { status repeatsLeft fills { status } } }';
      expect((await patient.do(read, { id: prescriptionId }))['prescription']).toEqual({
        status: 'COMPLETED',
        repeatsLeft: 0,
        fills: Array.from({ length: 3 }, () => ({ status: 'COMPLETE' })),
      });
    });

    it('R-11 too early is refused, with the date', async () => {
      const { pharmacist, patient, otherPharmacyId } = own.stage;
      const { ticketId, prescriptionId } = await releasedTicket(own.stage, repeats(1, 30));
      await fillAt(pharmacist, ticketId);
      const early = await redeem(prescriptionId, otherPharmacyId);
      const { prescription } = await patient.do(
        'query P($id: ID!) { prescription(id: $id) { earliestNextFill repeatsLeft } }',
        { id: prescriptionId },
      );
      expect(prescription).toEqual({
        earliestNextFill: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        repeatsLeft: 1,
      });
      expect(refusalOf(early)).toMatchObject({
        code: 'NOT_YET',
        message: expect.stringContaining(prescription.earliestNextFill),
      });
    });
  });

  describe('filling', () => {
    it('R-10 whole, in part and not at all; never more than authorised, however many hand over at once', async () => {
      const { pharmacist, patient } = own.stage;
      const lines = [4, 10, 2].map((quantity) => ({ ...ointment, quantity }));
      const { ticketId, prescriptionId } = await releasedTicket(own.stage, { lines });
      const held = await claim(pharmacist, ticketId);
      await expect(prepare(held, [5, 0, 0])).rejects.toThrow('Only 4 may still be handed over');
      const [whole, part] = await prepare(held, [4, 10, 0]);
      await handOver(held, [whole!]);
      const attempts = await Promise.all(
        Array.from({ length: 12 }, () => tryHandOver(held, [{ ...part, quantity: 3 }])),
      );
      expect(attempts.filter(({ dispense }) => dispense)).toHaveLength(3);
      expect(new Set(attempts.map((answer) => refusalOf(answer)?.['code']))).toEqual(
        new Set([undefined, 'INVALID']),
      );
      await notDispensed(held, 1, 'OUT_OF_STOCK');
      expect(await notDispensed(held, 2, 'PATIENT_DECLINED')).toEqual({ status: 'COMPLETE' });
      expect((await fillOf(held))['lines']).toMatchObject([
        { state: 'COLLECTED', handedOver: 4, remaining: 0 },
        { state: 'NOT_DISPENSED', handedOver: 9, notDispensedReason: 'OUT_OF_STOCK' },
        { state: 'NOT_DISPENSED', handedOver: 0, notDispensedReason: 'PATIENT_DECLINED' },
      ]);
      await inStatus(patient, ticketId, 'CLOSED');
      const read = 'query P($id: ID!) { prescription(id: $id) { dispenses { items { quantity } } } }';
      const { dispenses } = (await patient.do(read, { id: prescriptionId }))['prescription'];
      const quantities = dispenses.flatMap(({ items }: Data) => items.map((item: Data) => item['quantity']));
      expect(quantities.toSorted()).toEqual([3, 3, 3, 4]);
    });

    it('T-11 with every line closed and nothing handed over the ticket ends by itself, says why, and goes elsewhere', async () => {
      const { pharmacist, otherPharmacist, otherPharmacyId, patient, doctor } = own.stage;
      const { ticketId, prescriptionId } = await releasedTicket(own.stage);
      const held = await claim(pharmacist, ticketId);
      expect(await notDispensed(held, 0, 'OUT_OF_STOCK')).toEqual({ status: 'NOT_FULFILLED' });
      for (const who of [patient, doctor]) {
        const { timeline } = await inStatus(who, ticketId, 'NOT_FULFILLED');
        expect(timeline.at(-1)).toMatchObject({
          from: 'RECEIVED',
          to: 'NOT_FULFILLED',
          reason: 'out_of_stock',
        });
      }
      const elsewhere = await redeem(prescriptionId, otherPharmacyId);
      expect(elsewhere['fill']).toMatchObject({ number: 1 });
      await fillAt(otherPharmacist, elsewhere['fill'].ticket.id);
    });

    it('R-05 an allergy recorded after the release stops the hand-over until the doctor has answered', async () => {
      const { pharmacist, otherDoctor, otherPatient, otherPatientId, pharmacyId } = own.stage;
      const { products } = await otherDoctor.do(
        '{ products(search: "amoxicillin 500 mg", first: 1) { edges { node { id name } } } }',
      );
      const product = products.edges[0]?.node;
      demand(product, 'the catalog knows amoxicillin 500 mg');
      const line = {
        productId: product.id,
        text: product.name,
        route: 'oral',
        dose: { amount: '500', unit: 'mg', perDay: 3 },
        durationDays: 7,
        quantity: 21,
        quantityUnit: 'capsule',
      };
      const { ticketId, prescriptionId } = await releasedTicket(
        { doctor: otherDoctor, patientId: otherPatientId, pharmacyId },
        { lines: [line] },
      );
      const held = await claim(pharmacist, ticketId);
      const [ready] = await prepare(held, [21]);
      await handOver(held, [{ ...ready, quantity: 1 }]);
      await otherPatient.change(
        'recordAllergy',
        { code: 'ingredient:amoxicillin', idempotencyKey: crypto.randomUUID() },
        'patientProfile { version }',
      );
      const rest = [{ ...ready, quantity: 20 }];
      expect(refusalOf(await tryHandOver(held, rest))).toMatchObject({ code: 'BLOCKED' });
      const read = `query P($id: ID!) { prescription(id: $id) { overrides { findingKey } verdict { findings { kind } } } }`;
      await answered(otherDoctor, prescriptionId);
      const { prescription } = await pharmacist.do(read, { id: prescriptionId });
      expect(prescription.verdict.findings).toContainEqual({ kind: 'ALLERGY' });
      expect(prescription.overrides.length).toBeGreaterThan(0);
      await handOver(held, rest);
      const { timeline } = await inStatus(otherPatient, ticketId, 'CLOSED');
      expect(timeline.map((entry) => entry['noted'])).toContain('prescriptions.prescription.blocked.v1');
    });
  });

  describe('requests', () => {
    it('T-01 R-10 a key that comes again with other content is refused, and nothing is written', async () => {
      const { pharmacist, doctor, patientId, pharmacyId, otherPharmacyId } = own.stage;
      const idempotencyKey = crypto.randomUUID();
      const input = { idempotencyKey, kind: 'PRESCRIPTION', patientId, pharmacyId };
      const first = await doctor.change('openTicket', input, 'ticket { id }');
      const again = await doctor.change('openTicket', input, 'ticket { id }');
      expect(again).toEqual(first);
      const other = await doctor.tryChange(
        'openTicket',
        { ...input, pharmacyId: otherPharmacyId },
        'ticket { id }',
      );
      expect(refusalOf(other)).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
      expect((await ticketState(doctor, first['ticket'].id)).pharmacy).toEqual({ id: pharmacyId });

      const { ticketId } = await releasedTicket(own.stage, { lines: [{ ...ointment, quantity: 5 }] });
      const held = await claim(pharmacist, ticketId);
      const [ready] = await prepare(held, [5]);
      await handOver(held, [{ ...ready, quantity: 1 }]);
      const key = crypto.randomUUID();
      const given = await tryHandOver(held, [{ ...ready, quantity: 2 }], key);
      expect((await tryHandOver(held, [{ ...ready, quantity: 2 }], key))['dispense']).toEqual(
        given['dispense'],
      );
      expect(refusalOf(await tryHandOver(held, [{ ...ready, quantity: 1 }], key))).toMatchObject({
        code: 'IDEMPOTENCY_MISMATCH',
      });
      expect((await fillOf(held))['lines']).toMatchObject([{ handedOver: 3 }]);
    });
  });
}
