import { readFileSync } from 'node:fs';
import { currencySchema, minorSchema, type Money } from '@carethread/contracts/money.ts';
import { z } from 'zod';
import type { LocalDate } from '../calendar.ts';
import { monthsBetween } from '../calendar.ts';

const age = z.int().min(1).max(150).nullable();
const termsSchema = z.strictObject({
  /** Null: free. */
  price: z.strictObject({ minor: minorSchema, currency: currencySchema }).nullable(),
  /** How long after the doctor's own signature it may be renewed, in days. */
  withinDays: z.int().min(1).max(3_650),
  /** Whether a prescription whose validity has ended may be renewed. A cancelled one never is. */
  renewExpired: z.boolean(),
  /** Who pays nothing: below the one age, or from the other on, in years. */
  free: z.strictObject({ underAge: age, fromAge: age }),
});
export type Terms = z.infer<typeof termsSchema>;

const fileSchema = z.strictObject({
  default: termsSchema,
  /** By ISO 3166 code, such as US or US-NY: the more precise one counts on top. */
  jurisdictions: z.record(z.string(), termsSchema.partial()),
  /** By the clinic's id: counts on top of the jurisdiction's. */
  organisations: z.record(z.uuid(), termsSchema.partial()),
});

/** What holds where. */
export interface RenewalTerms {
  of(clinic: { id: string; jurisdiction: string | null }): Terms;
}

export class TermsError extends Error {
  override name = 'TermsError';
}

/** Reads the terms of renewals; throws a TermsError that names what is wrong with them. */
export function readTerms(file: string): RenewalTerms {
  const parsed = fileSchema.safeParse(contentOf(file));
  if (!parsed.success)
    throw new TermsError(`Renewal terms cannot be used.\n${file}: ${z.prettifyError(parsed.error)}`);
  return termsFrom(parsed.data);
}

export const termsFrom = (given: z.infer<typeof fileSchema>): RenewalTerms => ({
  of: ({ id, jurisdiction }) => ({
    ...given.default,
    ...(jurisdiction && {
      ...given.jurisdictions[jurisdiction.slice(0, 2)],
      ...given.jurisdictions[jurisdiction],
    }),
    ...given.organisations[id],
  }),
});

function contentOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return (error as Error).message;
  }
}

/** What this patient pays; null when nothing. Somebody whose birth date is not known is nobody's exception. */
export function priceFor(
  { price, free }: Terms,
  birthDate: LocalDate | null,
  today: LocalDate,
): Money | null {
  if (!price || !birthDate) return price;
  const years = Math.floor(monthsBetween(birthDate, today) / 12);
  const isFree =
    (free.underAge !== null && years < free.underAge) || (free.fromAge !== null && years >= free.fromAge);
  return isFree ? null : price;
}

/**
 * What each of so many lines costs of a price, in minor units. Equal parts; the remainder is on the last line, so that
 * all of them together are the price.
 */
export function sharesOf({ minor }: Money, lines: number): number[] {
  const each = Math.floor(minor / lines);
  return Array.from({ length: lines }, (_, i) => (i === lines - 1 ? minor - each * (lines - 1) : each));
}
