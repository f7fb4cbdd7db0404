import type Stripe from 'stripe';
import type { Notice } from './provider.ts';
import { chargeNews, refundNews } from './stripe-news.ts';

/** The key under which our reference travels in the metadata of everything we create. */
export const referenceKey = 'reference';

const idOf = (object: string | { id: string } | null): string | null =>
  typeof object === 'string' ? object : (object?.id ?? null);

/** The part of a Stripe event that we follow. What else is in it (cards, addresses) goes no further. */
export function noticeOf(event: Stripe.Event): Notice {
  const { id, type } = event;
  switch (event.type) {
    case 'payment_intent.succeeded':
    case 'payment_intent.processing':
    case 'payment_intent.payment_failed':
    case 'payment_intent.canceled': {
      const intent = event.data.object;
      const reference = intent.metadata[referenceKey] ?? null;
      return { id, type, about: 'charge', reference, chargeId: intent.id, news: chargeNews(intent) };
    }
    case 'refund.created':
    case 'refund.updated':
    case 'refund.failed': {
      const refund = event.data.object;
      const reference = refund.metadata?.[referenceKey] ?? null;
      const chargeId = idOf(refund.payment_intent);
      return { id, type, about: 'refund', reference, chargeId, news: refundNews(refund) };
    }
    case 'charge.dispute.created':
      return { id, type, about: 'dispute', chargeId: idOf(event.data.object.payment_intent) };
    default:
      return { id, type, about: 'other' };
  }
}
