import type { OrganisationKind } from '@carethread/contracts/events/identity.ts';
import type { OrganisationId } from '@carethread/contracts/ids.ts';
import { z } from 'zod';
import { nameSchema } from './name.ts';

export interface Organisation {
  id: OrganisationId;
  kind: OrganisationKind;
  name: string;
  city: string;
  /** IANA name. */
  timeZone: string;
  /** ISO 3166-1 alpha-2 or ISO 3166-2 code. */
  jurisdiction: string;
}

/** What is asked of every new organisation. */
export const organisationFields = {
  name: nameSchema(120),
  city: nameSchema(80),
  timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin'),
  jurisdiction: z
    .string()
    .regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/, 'must be an ISO 3166 code such as US or US-CA'),
};

function isTimeZone(name: string): boolean {
  try {
    // Intl takes offsets such as +02:00 as well, which know no summer time.
    return /^[A-Z]/i.test(name) && Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}
