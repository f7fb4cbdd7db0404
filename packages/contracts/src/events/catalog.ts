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
