import Stripe from 'stripe';
import type { ChargeNews } from '../decisions/learn.ts';
import type { RefundNews } from '../decisions/refund.ts';

/** Causes that may pass within seconds. Everything else needs a person: another card, another day, a call to the bank. */
const passing = new Set([
  'try_again_later',
  'issuer_not_available',
  'reenter_transaction',
  'processing_error',
  'approve_with_id',
  'rate_limited',
  'provider_setup',
]);

const declined = (cause: string, chargeId: string | null): ChargeNews => ({
  is: 'declined',
  cause,
  chargeId,
  passing: passing.has(cause),
});

/** What a payment intent says about the charge it stands for. */
export function chargeNews(intent: Stripe.PaymentIntent): ChargeNews {
  const { id: chargeId, status, last_payment_error: error } = intent;
  switch (status) {
    case 'succeeded':
      return { is: 'succeeded', chargeId };
    case 'processing':
      return { is: 'processing', chargeId };
    case 'canceled':
      return { is: 'voided' };
    case 'requires_payment_method':
      return declined(error?.decline_code ?? error?.code ?? 'card_declined', chargeId);
    case 'requires_action':
    case 'requires_confirmation':
    case 'requires_capture':
      // The patient is not there to confirm anything; a method that wants it cannot be charged this way.
      return declined('authentication_required', chargeId);
    default:
      // Stripe's lists are open: a status of tomorrow says nothing to us yet, and the charge stays unknown.
      return { is: 'silent' };
  }
}

/** What an error says. Only an answer that rules a charge out is a decline; all else is no answer. */
export function chargeNewsOfError(error: unknown): ChargeNews {
  if (error instanceof Stripe.errors.StripeCardError)
    return declined(error.decline_code ?? error.code ?? 'card_declined', error.payment_intent?.id ?? null);
  if (error instanceof Stripe.errors.StripeRateLimitError) return declined('rate_limited', null);
  if (
    error instanceof Stripe.errors.StripeAuthenticationError ||
    error instanceof Stripe.errors.StripePermissionError
  )
    return declined('provider_setup', null);
  // 409 means that a call under this key is still running.
  if (error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode !== 409)
    return declined(error.code ?? 'invalid_request', null);
  return { is: 'silent' };
}

export function refundNews(refund: Stripe.Refund): RefundNews {
  const { id: providerId, status, failure_reason } = refund;
  switch (status) {
    case 'succeeded':
      return { is: 'succeeded', providerId };
    case 'pending':
    case 'requires_action':
      return { is: 'sent', providerId };
    case 'failed':
    case 'canceled':
      return { is: 'failed', cause: failure_reason ?? status };
    default:
      return { is: 'silent' };
  }
}

export function refundNewsOfError(error: unknown): RefundNews {
  if (error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode !== 409)
    return { is: 'failed', cause: error.code ?? 'invalid_request' };
  if (error instanceof Stripe.errors.StripeCardError)
    return { is: 'failed', cause: error.code ?? 'declined' };
  return { is: 'silent' };
}
