import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { idSchema } from '../ids.ts';

export const ticketKinds = ['prescription', 'consultation', 'lab_request', 'referral'] as const;
export type TicketKind = (typeof ticketKinds)[number];

export const ticketStatuses = [
  'created',
  'sent',
  'received',
  'preparing',
  'ready',
  'closed',
  'cancel_marked',
  'cancelled',
  'expired',
  'not_fulfilled',
] as const;
export type TicketStatus = (typeof ticketStatuses)[number];

const when = z.iso.datetime({ offset: true });

/** The envelope's sequence of every event below is the timeline number of the entry it stands for. */
export const TicketOpened = defineEvent(
  'tickets.ticket.opened.v1',
  'ids',
  'A ticket exists, with its parties. Its first timeline entry.',
  z.object({
    ticketId: idSchema<'Ticket'>(),
    number: z.string(),
    kind: z.enum(ticketKinds),
    status: z.enum(ticketStatuses),
    version: z.int(),
    patientId: idSchema<'User'>(),
    doctorId: idSchema<'User'>(),
    clinicId: idSchema<'Organisation'>(),
    pharmacyId: idSchema<'Organisation'>().nullable(),
    appointmentId: idSchema<'Appointment'>().nullable(),
    /** Set when the ticket carries a further fill of an existing prescription. */
    prescriptionId: idSchema<'Prescription'>().nullable(),
    expiresAt: when,
  }),
);

export const TicketPharmacyChanged = defineEvent(
  'tickets.ticket.pharmacy_changed.v1',
  'ids',
  'Another pharmacy was chosen; the former one loses access.',
  z.object({
    ticketId: idSchema<'Ticket'>(),
    version: z.int(),
    from: idSchema<'Organisation'>().nullable(),
    to: idSchema<'Organisation'>().nullable(),
  }),
);

export const TicketMoved = defineEvent(
  'tickets.ticket.moved.v1',
  'ids',
  'The status changed, or the holder did (from equals to): claimed, taken over, returned, cancelled, closed …',
  z.object({
    ticketId: idSchema<'Ticket'>(),
    version: z.int(),
    from: z.enum(ticketStatuses),
    to: z.enum(ticketStatuses),
    /** Coded reason of the move, such as claimed, returned, lease_ended, wrong_drug. */
    reason: z.string(),
    pharmacyId: idSchema<'Organisation'>().nullable(),
    /** Highest fence given out so far; claim tokens with a lower one are dead. */
    fence: z.int(),
    /** True while a pharmacy holds the ticket under this fence. */
    held: z.boolean(),
    leaseUntil: when.nullable(),
  }),
);

export const TicketNoted = defineEvent(
  'tickets.ticket.noted.v1',
  'ids',
  'Something that happened in another service was entered on the timeline.',
  z.object({
    ticketId: idSchema<'Ticket'>(),
    /** Type of the event that was noted. */
    noted: z.string(),
    /** Id of what it is about: a message, a prescription, a dispense, a payment. */
    subjectId: z.string(),
    /** The ticket's pharmacy now: its live dashboard is told without asking back. */
    pharmacyId: idSchema<'Organisation'>().nullable().default(null),
  }),
);
