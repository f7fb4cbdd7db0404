import type { Actor } from '@carethread/contracts/actor.ts';
import { isId } from '@carethread/contracts/ids.ts';
import type { Page } from '@carethread/service-kit/page.ts';
import { type Payment, Prisma, type PrismaClient } from '../generated/prisma/client.ts';
import { managesPayments } from '../may-manage.ts';
import { paymentColumns } from '../store/payment-row.ts';

/** Payments of a patient, newest first, and one more than the page holds if more follow: one index scan. */
export const paymentsOfPayer = (
  prisma: PrismaClient,
  { userId: payerId }: Actor,
  { first, after }: Page<string>,
): Promise<Payment[]> =>
  prisma.payment.findMany({
    where: { payerId, ...(after && { id: { lt: after } }) },
    orderBy: { id: 'desc' },
    take: first + 1,
  });

const newestFirst = (after: string | null, first: number) =>
  Prisma.sql`${after ? Prisma.sql`AND id < ${after}::uuid` : Prisma.empty} ORDER BY id DESC LIMIT ${first + 1}`;
const columns = Prisma.raw(paymentColumns);

/**
 * Failed payments, newest first: one scan of the partial index that holds nothing else. The status is written out and not
 * passed as a value, so that the plan kept for all values may use that index, too.
 */
export function retryable(
  prisma: PrismaClient,
  actor: Actor,
  { first, after }: Page<string>,
): Promise<Payment[]> {
  if (actor.role === 'patient')
    return prisma.$queryRaw`SELECT ${columns} FROM payment
      WHERE status = 'failed' AND payer_id = ${actor.userId}::uuid ${newestFirst(after, first)}`;
  if (!managesPayments(actor)) return Promise.resolve([]);
  return prisma.$queryRaw`SELECT ${columns} FROM payment WHERE status = 'failed' ${newestFirst(after, first)}`;
}

/** A page of a ticket's payments. */
export interface TicketPage extends Page<string> {
  ticketId: string;
}

/** The pages of several tickets at once, each with one row more than it holds if more follow. */
export async function pagesOfTickets(
  prisma: PrismaClient,
  pages: readonly TicketPage[],
): Promise<Payment[][]> {
  const wanted = pages.filter(({ ticketId }) => isId(ticketId));
  const rows = await prisma.$queryRaw<(Payment & { page: number })[]>`
    SELECT wanted.page, found.* FROM unnest(${wanted.map((page) => pages.indexOf(page))}::int[],
      ${wanted.map(({ ticketId }) => ticketId)}::uuid[], ${wanted.map(({ after }) => after)}::uuid[],
      ${wanted.map(({ first }) => first + 1)}::int[]) AS wanted (page, ticket_id, after, most)
    CROSS JOIN LATERAL (SELECT ${columns} FROM payment
      WHERE payment.ticket_id = wanted.ticket_id AND (wanted.after IS NULL OR payment.id < wanted.after)
      ORDER BY payment.id DESC LIMIT wanted.most) AS found`;
  return pages.map((_, at) => rows.filter(({ page }) => page === at));
}
