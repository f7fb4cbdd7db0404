import {
  apart,
  type AuditedTypes,
  ofPatient,
  personal,
} from '@carethread/service-kit/audit/personal-types.ts';
import type { TimelineEntry } from '../generated/prisma/client.ts';
import type { Ticket } from '../ticket.ts';

/** What of a ticket being shown or written is on record. */
export const audited: AuditedTypes = {
  types: {
    Ticket: ofPatient<Ticket>(({ patientId }) => patientId),
    TimelineEntry: personal<TimelineEntry>({
      id: ({ ticketId }) => ticketId,
      through: ({ ticketId }) => ticketId,
    }),
    ...apart('is shown only with its ticket', 'Claim', 'Party', 'LegalMove', 'TimelineLogEntry'),
    ...apart('is a reference: who has it notes it', 'User', 'Organisation'),
  },
  patientIn: '(SELECT patient_id FROM ticket WHERE id = given.through)',
  unwatched: {
    ...apart('is written with its ticket', 'timeline_entry', 'access_code'),
    ...apart('is a copy of what identity has on record', 'membership', 'shared_record', 'emergency_access'),
  },
};
