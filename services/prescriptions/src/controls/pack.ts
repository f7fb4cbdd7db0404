import { z } from 'zod';
import { isLocalDate } from '../calendar.ts';

const count = z.int().min(0).max(1_000);
const length = z.int().min(1).max(3_650);
const text = z.string().min(1).max(300);

/** What a pack asks of one schedule. A rule that is absent asks nothing; every one of them is enforced. */
export const rulesSchema = z.strictObject({
  /** Further fills after the first. */
  maxRepeats: count.optional(),
  /** From the signature; the last day counts in full. The installation's own limit holds besides. */
  validity: z
    .union([z.strictObject({ days: length }), z.strictObject({ months: z.int().min(1).max(60) })])
    .optional(),
  /** How many days one fill may be meant for. */
  maxDaysSupply: length.optional(),
  /** How many days before the supply ends the next fill is possible; the installation's own limit holds besides. */
  refillGraceDays: count.optional(),
  /** The signature needs a proof of identity that is no older than this. */
  stepUpMaxAgeSeconds: z.int().min(10).max(3_600).optional(),
  /** How that proof was given, in the words of RFC 8176: all of these, such as mfa for two factors. */
  stepUpMethods: z
    .array(z.enum(['pwd', 'otp', 'hwk', 'mfa']))
    .min(1)
    .optional(),
  /** The pharmacy gives exactly what was prescribed. */
  substitution: z.literal('forbidden').optional(),
  /** How often another pharmacy may go on after one has handed something over. */
  maxTransfers: count.optional(),
  /** Until when the rest may follow what was handed over in part. */
  restOfPart: z
    .strictObject({
      /** From the first part on, when there was not enough. */
      shortSupplyHours: length,
      /** From the signature on, when patient or doctor wanted a part only. */
      onRequestDaysFromSigning: length,
    })
    .optional(),
  /** A fill is handed over in parts for this many days each, the next one when the one before it is used up. */
  fractionDays: length.optional(),
});
export type PackRules = z.infer<typeof rulesSchema>;

const completeRulesSchema = rulesSchema.refine(
  ({ stepUpMethods, stepUpMaxAgeSeconds }) => !stepUpMethods || stepUpMaxAgeSeconds !== undefined,
  { path: ['stepUpMethods'], message: 'needs stepUpMaxAgeSeconds beside it' },
);

const scheduleSchema = z.strictObject({
  /** As the jurisdiction calls it. */
  code: z.string().min(1).max(40),
  title: text,
  /** What belongs to it: by the catalog's schedule, or by any ingredient. */
  covers: z.union([
    z.strictObject({ catalogSchedules: z.array(z.string().min(1)).min(1) }),
    z.strictObject({ ingredients: z.array(z.string().min(1)).min(1) }),
  ]),
  /** Where each rule is written, for people. */
  sources: z.array(text).min(1),
  rules: completeRulesSchema,
});
export type PackSchedule = z.infer<typeof scheduleSchema>;

/**
 * The rules of one jurisdiction for controlled medicines from one day on. A published version is never edited: signatures
 * name it. In a subdivision such as US-NY the pack of the country holds as well, so it can only be stricter.
 */
export const packSchema = z.strictObject({
  /** ISO 3166-1 alpha-2, or ISO 3166-2. */
  jurisdiction: z
    .string()
    .regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/, 'must be an ISO 3166 code such as US or US-NY'),
  version: z.int().min(1),
  validFrom: z.string().refine(isLocalDate, 'must be a day such as 2026-01-31'),
  title: text,
  /** The first one that covers a medicine counts: the strictest stands first. */
  schedules: z.array(scheduleSchema).min(1),
});
export type Pack = z.infer<typeof packSchema>;

/** Jurisdiction and version, such as `US@1`: how a signature names what it was signed under. */
export type PackRef = string;
export const refOf = ({ jurisdiction, version }: Pack): PackRef => `${jurisdiction}@${version}`;
