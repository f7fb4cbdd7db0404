import type { AttemptId } from '@carethread/contracts/ids.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PaymentProvider } from '../src/provider/provider.ts';

/** Payment methods by what they do with a provider. */
export interface Methods {
  good: string;
  declined: string;
}

/** What every provider that is plugged in has to do, whatever is behind it (P-01, P-02). */
export function providerSuite(
  name: string,
  start: () => Promise<{ provider: PaymentProvider; methods: Methods; stop(): Promise<void> }>,
): void {
  describe(name, () => {
    let provider: PaymentProvider;
    let methods: Methods;
    let stop = async () => {};
    beforeAll(async () => void ({ provider, methods, stop } = await start()));
    afterAll(() => stop());

    const order = (method: string, minor = 1_234) => ({
      reference: newId<'Attempt'>() as AttemptId,
      paymentId: newId<'Payment'>(),
      method,
      amount: { minor, currency: 'EUR' },
    });
    const charged = async () => {
      const wanted = order(methods.good);
      const news = await provider.charge(wanted);
      if (news.is !== 'succeeded') throw new Error(`Not charged: ${news.is}`);
      return { ...wanted, chargeId: news.chargeId };
    };

    it('charges, and answers a repeat as the first time', async () => {
      const wanted = order(methods.good);
      const first = await provider.charge(wanted);
      expect(first).toMatchObject({ is: 'succeeded' });
      expect(await provider.charge(wanted)).toEqual(first);
    });

    it('does not charge under a used reference with other content', async () => {
      const wanted = await charged();
      const { chargeId, ...rest } = wanted;
      // No decline: what was asked for first may have been charged.
      expect(await provider.charge({ ...rest, amount: { minor: 9_999, currency: 'EUR' } })).toEqual({
        is: 'silent',
      });
      expect(await provider.findCharge(wanted.reference, chargeId)).toMatchObject({ is: 'succeeded' });
    });

    it('says why a charge is declined, and again when asked', async () => {
      const wanted = order(methods.declined);
      const news = await provider.charge(wanted);
      expect(news).toMatchObject({ is: 'declined', cause: expect.any(String), passing: false });
      const chargeId = news.is === 'declined' ? news.chargeId : null;
      expect(await provider.findCharge(wanted.reference, chargeId)).toEqual(news);
    });

    it('does not know what it never got', async () => {
      expect(await provider.findCharge(newId<'Attempt'>(), null)).toEqual({ is: 'absent' });
    });

    it('does not call off what was taken', async () => {
      const { chargeId } = await charged();
      expect(await provider.voidCharge(chargeId)).toEqual({ is: 'silent' });
      expect(await provider.findCharge(newId<'Attempt'>(), chargeId)).toMatchObject({ is: 'succeeded' });
    });

    it('pays back a part, once under each reference, and never more than was taken', async () => {
      const { chargeId } = await charged();
      const back = { reference: newId<'Refund'>(), chargeId, amount: { minor: 1_000, currency: 'EUR' } };
      const first = await provider.refund(back);
      expect(first).toMatchObject({ is: expect.stringMatching(/succeeded|sent/) });
      expect(await provider.refund(back)).toEqual(first);
      expect(await provider.refund({ ...back, reference: newId<'Refund'>() })).toMatchObject({
        is: 'failed',
      });
    });

    it('lists what was taken and given back, under our references', async () => {
      const from = new Date(Date.now() - 60_000);
      const { reference, chargeId, amount } = await charged();
      const refund = { reference: newId<'Refund'>(), chargeId, amount: { minor: 200, currency: 'EUR' } };
      await provider.refund(refund);
      const found = [];
      for await (const movement of provider.movements(from, new Date(Date.now() + 60_000)))
        if (movement.reference === reference || movement.reference === refund.reference) found.push(movement);
      expect(found).toMatchObject([
        { kind: 'charge', reference, providerId: chargeId, amount },
        { kind: 'refund', reference: refund.reference, amount: refund.amount },
      ]);
    });

    it('reads no webhook that is not signed', () => {
      const body = Buffer.from('{"id":"evt_1","object":"event","type":"payment_intent.succeeded"}');
      for (const signature of ['', 't=1,v1=00', 'nonsense'])
        expect(provider.readNotice(body, signature)).toBeNull();
    });
  });
}
