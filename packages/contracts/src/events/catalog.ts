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
    verdict: verdictSchema,
  }),
);
