import type { Packs } from './controls/packs.ts';
import type { Patience } from './renewal/follow.ts';
import type { RenewalTerms } from './renewal/terms.ts';

/** What an installation decides about prescriptions. */
export interface Rules {
  /** How long a signature is valid, in days. */
  readonly validDays: number;
  /** How many days before the supply ends the next fill is possible. */
  readonly graceDays: number;
  /** How long the catalog has for a screening before it counts as incomplete, in milliseconds. */
  readonly screeningDeadlineMs: number;
  /** Rules for controlled medicines, by jurisdiction and day. */
  readonly packs: Packs;
  /** What renewals cost where, and how long they wait. */
  readonly renewals: Patience & { readonly terms: RenewalTerms };
}
