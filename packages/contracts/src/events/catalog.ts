import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { idSchema } from '../ids.ts';
import { verdictSchema } from '../screening.ts';

export const ReleasePublished = defineEvent(
  'catalog.release.published.v1',
  'none',
  'A new release of the drug catalog and its rules is in force.',
  z.object({ releaseId: idSchema<'Release'>(), number: z.int() }),
);

/** What each line is, in the words and codes of the release. Without a wording it is not known what it is. */
const resolvedLines = z.array(
  z.object({
    lineId: idSchema<'Line'>(),
    wording: z.string().nullable(),
    ingredients: z.array(z.string()),
    /** Controlled-substance schedule such as CII; null when it has none. */
    schedule: z.string().nullable(),
  }),
);

export const LinesResolved = defineEvent(
  'catalog.lines.resolved.v1',
  'health-codes',
  'What the lines of a draft are by the release in force; answers what a doctor wrote.',
  z.object({
    prescriptionId: idSchema<'Prescription'>(),
    ticketId: idSchema<'Ticket'>(),
    contentVersion: z.int(),
    contentHash: z.string(),
    releaseId: idSchema<'Release'>(),
    lines: resolvedLines,
  }),
);

export const ScreeningCompleted = defineEvent(
  'catalog.screening.completed.v1',
  'health-codes',
  'A signed prescription was judged against the release in force.',
  z.object({
    screeningId: idSchema<'Screening'>(),
    prescriptionId: idSchema<'Prescription'>(),
    ticketId: idSchema<'Ticket'>(),
    contentVersion: z.int(),
    contentHash: z.string(),
    screeningNumber: z.int(),
    /** Kept with the prescription as its wording. */
    lines: resolvedLines,
    verdict: verdictSchema,
  }),
);

const withdrawal = {
  withdrawalId: idSchema<'Withdrawal'>(),
  productId: idSchema<'Product'>(),
  /** Lots it is about, as printed; null for the whole product. */
  lots: z.array(z.string()).nullable(),
};

export const withdrawalKinds = ['withdrawn', 'recalled'] as const;

export const ProductWithdrawn = defineEvent(
  'catalog.product.withdrawn.v1',
  'none',
  'A product, or single lots of it, must not reach patients any more.',
  z.object({
    ...withdrawal,
    kind: z.enum(withdrawalKinds),
    /** Of a recall, 1 is the gravest; null for a withdrawal. */
    recallClass: z.int().min(1).max(3).nullable(),
    effectiveFrom: z.iso.datetime({ offset: true }),
  }),
);

export const ProductReinstated = defineEvent(
  'catalog.product.reinstated.v1',
  'none',
  'A withdrawal or a recall is over.',
  z.object(withdrawal),
);
