import { z } from 'zod';

/** How many digits of a currency stand behind the point, by ISO 4217. Codes of metals, funds and tests are left out. */
const codesByDigits = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
    CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
    KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
    NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
    TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
} as const;

const digitsOf: ReadonlyMap<string, number> = new Map(
  Object.entries(codesByDigits).flatMap(([digits, codes]) =>
    codes.split(/\s+/).map((code) => [code, Number(digits)] as const),
  ),
);

/** An amount in the smallest unit of its currency: 1250 EUR is 12.50 euros, 1250 JPY is 1250 yen. Never a fraction. */
export interface Money {
  readonly minor: number;
  readonly currency: string;
}

/** Eight digits are what card networks carry; a sum of ten million such amounts is still an exact number. */
export const largestMinor = 99_999_999;

export const currencySchema = z
  .string()
  .refine((code) => digitsOf.has(code), 'must be a currency of ISO 4217');

/** An amount that is charged or paid back: at least one minor unit. */
export const minorSchema = z.int().min(1).max(largestMinor);

/** Digits behind the point, 0 to 3. Throws for what is no currency. */
export function minorDigits(currency: string): number {
  const digits = digitsOf.get(currency);
  if (digits === undefined) throw new Error(`${currency} is no currency of ISO 4217.`);
  return digits;
}

/** As people without a language of their own read it: `12.50 EUR`, `1250 JPY`, `1.250 KWD`. */
export function moneyText({ minor, currency }: Money): string {
  const digits = minorDigits(currency);
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const amount = digits === 0 ? whole : `${whole}.${text.slice(-digits)}`;
  return `${minor < 0 ? '-' : ''}${amount} ${currency}`;
}
