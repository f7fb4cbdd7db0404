import type { PaymentStatus } from '../payment.ts';

/** Where a payment stands, for a patient who knows nothing of payments. */
export function explanationOf(
  status: PaymentStatus,
  { triesAgain, ending }: { triesAgain: boolean; ending: boolean },
): string {
  switch (status) {
    case 'pending':
      return 'Waiting to be paid. Nothing has been taken.';
    case 'processing':
      if (ending)
        return 'This payment is being cancelled. Should the money be taken all the same, it goes back to you by itself.';
      return triesAgain
        ? 'The last try did not work, and nothing was taken. It is tried again by itself in a moment; you need not do anything.'
        : 'The payment is being made.';
    case 'unknown':
      return `We asked for the money and got no answer, so we do not know yet whether it was taken. Nothing is charged again until the payment service has told us; you need not do anything.${ending ? ' Should it have been taken, it goes back to you by itself.' : ''}`;
    case 'succeeded':
      return 'Paid.';
    case 'failed':
      return 'The payment did not work, and nothing was taken. You can try again, with another payment method if you like.';
    case 'cancelled':
      return 'Cancelled. Nothing was taken, and nothing will be.';
    case 'refunding':
      return 'The money is on its way back to you.';
    case 'partly_refunded':
      return 'Paid, and a part of the money went back to you.';
    case 'refunded':
      return 'The money went back to you.';
    default:
      return status satisfies never;
  }
}
