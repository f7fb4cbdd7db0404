import { moneyText } from '@carethread/contracts/money.ts';
import type { Renewal, Step, StepKind } from './renewal.ts';

type Told = Pick<Renewal, 'price' | 'money'>;

/** What a step means, in one or two plain sentences for the patient. */
export function stepInWords({ kind, reason }: Pick<Step, 'kind' | 'reason'>, { price }: Told): string {
  const amount = price ? moneyText(price) : '';
  switch (kind) {
    case 'pending_payment':
      return price
        ? `You asked for it. Next, ${amount} are to be paid.`
        : 'You asked for it. Nothing is to be paid.';
    case 'processing':
      return reason === 'free'
        ? 'Nothing had to be paid.'
        : 'Your payment is being made. Should it fail for a passing cause, we try again by ourselves.';
    case 'rejected':
      return 'Your payment was refused. Nothing was taken. You can try again, also with another payment method.';
    case 'unknown':
      return 'We do not know yet whether your money was taken. We keep asking, and charge nothing again until we know.';
    case 'awaiting_approval':
      return `${reason === 'free' ? '' : 'Paid. '}Somebody now looks at your request and approves or declines it.`;
    case 'approved':
      return 'Approved. The new prescription is checked for safety, then its document is made.';
    case 'ready':
      return 'Your prescription is ready: you can download it.';
    case 'downloaded':
      return 'You downloaded it.';
    case 'closed':
      return 'Done.';
    case 'declined':
      return `Your request was declined. ${moneyBack(price !== null)}`;
    case 'cancelled':
      return `It was cancelled. ${moneyBack(price !== null)}`;
    case 'expired':
      return expired(reason, price !== null);
    case 'refunding':
      return 'Money is on its way back to you.';
    case 'refunded':
      return 'Money went back to you.';
    case 'not_charged':
      return 'Nothing was taken from you, and nothing will be.';
    case 'with_person':
      return 'Something about the money cannot be settled by itself. A person looks into it.';
    default:
      return kind satisfies never;
  }
}

const moneyBack = (priced: boolean): string =>
  priced ? 'What you paid, if anything, goes back by itself.' : '';

function expired(reason: string | null, priced: boolean): string {
  const why =
    reason === 'payment_deadline'
      ? 'It was not paid in time.'
      : reason === 'approval_deadline'
        ? 'It was not approved in time.'
        : 'Its validity has ended.';
  return `${why} ${moneyBack(priced)}`;
}

/** Where it stands now, for the patient: the state, and the money where that has gone on. */
export function renewalInWords(renewal: Renewal, blocked: boolean): string {
  const { state, money } = renewal;
  if (state === 'approved' && blocked)
    return 'Approved. The safety check has points your doctor answers first.';
  const moneyStep = afterwards[money];
  const said = stepInWords({ kind: state, reason: renewal.price ? null : 'free' }, renewal);
  return (moneyStep ? `${said} ${stepInWords({ kind: moneyStep, reason: null }, renewal)}` : said).trim();
}

const afterwards: Partial<Record<Renewal['money'], StepKind>> = {
  going_back: 'refunding',
  back: 'refunded',
  with_person: 'with_person',
  never_taken: 'not_charged',
};
