import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readCsv } from '../formulary/csv.ts';

const codes = z.string().transform((text) => (text === '' ? [] : text.split(' + ')));
const row = z.strictObject({
  typed: z.string().min(1),
  /** Codes of the ingredients that are meant, all of one medicine; none when nothing must be found. */
  meant: codes,
  /** What it is easily mistaken for: must never be proposed. */
  mistakable: codes,
  kind: z.string().min(1),
  source: z.string().min(1),
  /** The search was tuned with the first part only; the other shows what that is worth. */
  part: z.enum(['tuned', 'held out']),
});
export type Misspelling = z.infer<typeof row>;

/** The shipped list of misspellings, look-alikes, and texts that must find nothing. */
export const readMisspellings = (): Misspelling[] =>
  z.array(row).parse(readCsv(readFileSync(new URL('../../test/misspellings.csv', import.meta.url), 'utf8')));
