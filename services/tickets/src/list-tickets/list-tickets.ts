import type { Actor } from '@carethread/contracts/actor.ts';
import type { TicketKind, TicketStatus } from '@carethread/contracts/events/tickets.ts';
import type { Page } from '@carethread/service-kit/page.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { Ticket } from '../ticket.ts';
import { toTicket } from '../ticket-row.ts';

export interface ListWish {
  /** After an id: newer tickets are left out. */
  page: Page<string>;
  status?: TicketStatus | undefined;
  kind?: TicketKind | undefined;
}

/**
 * Tickets of the person (patient, doctor) or of the pharmacy they act for, newest first, and one more than the page
 * holds if more follow: one scan of the index whose first column names them. Row security has the last word on each row.
 */
export async function listTickets(prisma: PrismaClient, actor: Actor, wish: ListWish): Promise<Ticket[]> {
  const { page, status, kind } = wish;
  const rows = await prisma.ticket.findMany({
    where: {
      ...belongingTo(actor),
      ...(status && { status }),
      ...(kind && { kind }),
      ...(page.after && { id: { lt: page.after } }),
    },
    orderBy: { id: 'desc' },
    take: page.first + 1,
  });
  return rows.map(toTicket);
}

/** Of this patient's tickets those that whoever asks may see: row security decides. */
export async function listTicketsOf(
  prisma: PrismaClient,
  patientId: string,
  { first, after }: Page<string>,
): Promise<Ticket[]> {
  const where = { patientId, ...(after && { id: { lt: after } }) };
  return (await prisma.ticket.findMany({ where, orderBy: { id: 'desc' }, take: first + 1 })).map(toTicket);
}

function belongingTo({ role, userId, organisationId }: Actor) {
  switch (role) {
    case 'patient':
      return { patientId: userId };
    case 'doctor':
      return { doctorId: userId };
    case 'pharmacist':
      return { pharmacyId: organisationId };
    case 'administrator':
      // Administrators have no tickets; an empty list of ids keeps the database from looking for any.
      return { id: { in: [] } };
    default:
      return role satisfies never;
  }
}
