import Stripe from 'stripe';
import type { RefundOrder, PaymentProvider } from './provider.ts';
import { amountProblem, fromStripeAmount, toStripeAmount } from './stripe-amount.ts';
import { chargeNews, chargeNewsOfError, refundNews, refundNewsOfError } from './stripe-news.ts';
import { noticeOf, referenceKey } from './stripe-notice.ts';

export interface StripeSettings {
  /** Under which name it stands in the books: `stripe`, or `flaky` for the simulator. */
  name: string;
  apiKey: string;
  webhookSecret: string;
  /** Where to reach it, such as http://127.0.0.1:4010; without it, Stripe itself. */
  url?: string | undefined;
  timeoutMs: number;
  /** How old a webhook may be. */
  toleranceSeconds: number;
}

/** Payments by Stripe, or by whatever speaks its protocol. */
export function stripeProvider(settings: StripeSettings): PaymentProvider {
  const stripe = new Stripe(settings.apiKey, {
    timeout: settings.timeoutMs,
    // Whether and when to try again is our own decision, with the state of the payment before our eyes.
    maxNetworkRetries: 0,
    telemetry: false,
    ...(settings.url && addressOf(settings.url)),
  });
  const seconds = (time: Date) => Math.floor(time.getTime() / 1000);

  const findRefund = async ({ reference, chargeId }: RefundOrder): Promise<Stripe.Refund | null> => {
    for await (const refund of stripe.refunds.list({ payment_intent: chargeId, limit: 100 }))
      if (refund.metadata?.[referenceKey] === reference) return refund;
    return null;
  };

  return {
    name: settings.name,
    amountProblem,

    charge: ({ reference, paymentId, method, amount }) =>
      stripe.paymentIntents
        .create(
          {
            amount: toStripeAmount(amount),
            currency: amount.currency.toLowerCase(),
            payment_method: method,
            allowed_payment_method_types: ['card'],
            confirm: true,
            // The patient has chosen and gone on: a method that asks for them again is declined instead of left open.
            off_session: true,
            error_on_requires_action: true,
            metadata: { [referenceKey]: reference, payment: paymentId },
          },
          { idempotencyKey: reference },
        )
        .then(chargeNews, chargeNewsOfError),

    async findCharge(reference, chargeId) {
      try {
        if (chargeId) return chargeNews(await stripe.paymentIntents.retrieve(chargeId));
        const query = `metadata["${referenceKey}"]:"${reference}"`;
        const { data } = await stripe.paymentIntents.search({ query });
        return data[0] ? chargeNews(data[0]) : { is: 'absent' };
      } catch {
        return { is: 'silent' };
      }
    },

    async voidCharge(chargeId) {
      try {
        return chargeNews(await stripe.paymentIntents.cancel(chargeId));
      } catch {
        // Too late, or no answer: in both cases the next question tells.
        return { is: 'silent' };
      }
    },

    async refund(order) {
      try {
        const known = await findRefund(order);
        if (known) return refundNews(known);
        const { reference, chargeId, amount } = order;
        return refundNews(
          await stripe.refunds.create(
            {
              payment_intent: chargeId,
              amount: toStripeAmount(amount),
              metadata: { [referenceKey]: reference },
            },
            { idempotencyKey: reference },
          ),
        );
      } catch (error) {
        return refundNewsOfError(error);
      }
    },

    readNotice(body, signature) {
      try {
        return noticeOf(
          stripe.webhooks.constructEvent(body, signature, settings.webhookSecret, settings.toleranceSeconds),
        );
      } catch (error) {
        if (error instanceof Stripe.errors.StripeSignatureVerificationError || error instanceof SyntaxError)
          return null;
        throw error;
      }
    },

    async *movements(from, until) {
      const span = { created: { gte: seconds(from), lt: seconds(until) }, limit: 100 };
      for await (const {
        id,
        status,
        amount_received,
        currency,
        metadata,
        created,
      } of stripe.paymentIntents.list(span))
        if (status === 'succeeded')
          yield {
            kind: 'charge',
            providerId: id,
            reference: metadata[referenceKey] ?? null,
            amount: fromStripeAmount(amount_received, currency),
            at: new Date(created * 1000),
          };
      for await (const { id, status, amount, currency, metadata, created } of stripe.refunds.list(span))
        if (status === 'succeeded')
          yield {
            kind: 'refund',
            providerId: id,
            reference: metadata?.[referenceKey] ?? null,
            amount: fromStripeAmount(amount, currency),
            at: new Date(created * 1000),
          };
    },
  };
}

function addressOf(url: string) {
  const { hostname: host, port, protocol } = new URL(url);
  return protocol === 'https:'
    ? { host, port: port || 443, protocol: 'https' as const }
    : { host, port: port || 80, protocol: 'http' as const };
}
