import { type Money, minorDigits } from '@carethread/contracts/money.ts';

/** Where Stripe counts in other units than ISO 4217 (docs.stripe.com/currencies): digits behind the point at Stripe. */
const otherDigits: Readonly<Record<string, number>> = { ISK: 2, UGX: 2, MGA: 0 };

const shift = (currency: string) => (otherDigits[currency] ?? minorDigits(currency)) - minorDigits(currency);

/** The amount as Stripe counts it. Only for amounts without a problem. */
export const toStripeAmount = ({ minor, currency }: Money): number => minor * 10 ** shift(currency);

export function fromStripeAmount(amount: number, lowerCaseCurrency: string): Money {
  const currency = lowerCaseCurrency.toUpperCase();
  return { minor: Math.round(amount / 10 ** shift(currency)), currency };
}

/** Stripe takes three-decimal currencies in steps of ten, ariary in whole ones, and eight digits at most. */
export function amountProblem(amount: Money): string | null {
  const { minor, currency } = amount;
  if (minorDigits(currency) === 3 && minor % 10 !== 0)
    return `must end in 0: ${currency} is charged in steps of a hundredth`;
  const inStripes = toStripeAmount(amount);
  if (!Number.isInteger(inStripes)) return `must be whole: ${currency} is charged without a fraction`;
  return inStripes > 99_999_999 ? 'is more than can be charged at once' : null;
}
