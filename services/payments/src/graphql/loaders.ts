import type { Actor } from '@carethread/contracts/actor.ts';
import { isId } from '@carethread/contracts/ids.ts';
import DataLoader from 'dataloader';
import type { Attempt, Payment, PaymentTask, PrismaClient, Refund } from '../generated/prisma/client.ts';
import { seesPayments } from '../may-manage.ts';
import { pagesOfTickets, type TicketPage } from '../list-payments/list-payments.ts';

export type Loaders = ReturnType<typeof loadersFor>;
export type RefundOfPayment = Refund & { currency: string };

/**
 * Loaders of one request, each answering any number of references with one query. What the request's person may not see
 * is null or missing, whoever asks for it and in whatever way.
 */
export function loadersFor(prisma: PrismaClient, actor: Actor | null) {
  const blind = !actor || !seesPayments(actor);
  const ofPayments = <Row extends { paymentId: string }>(read: (ids: string[]) => Promise<Row[]>) =>
    new DataLoader<string, Row[]>(async (ids) => {
      const rows = blind ? [] : await read([...ids]);
      return ids.map((id) => rows.filter(({ paymentId }) => paymentId === id));
    });
  return {
    payment: new DataLoader<string, Payment | null>(async (ids) => {
      const rows = blind ? [] : await prisma.payment.findMany({ where: { id: { in: ids.filter(isId) } } });
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
    }),
    task: new DataLoader<string, PaymentTask | null>(async (ids) => {
      const rows = blind
        ? []
        : await prisma.paymentTask.findMany({ where: { id: { in: ids.filter(isId) } } });
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
    }),
    attempts: ofPayments<Attempt>((ids) =>
      prisma.attempt.findMany({ where: { paymentId: { in: ids } }, orderBy: { number: 'asc' } }),
    ),
    refunds: ofPayments<Refund>((ids) =>
      prisma.refund.findMany({ where: { paymentId: { in: ids } }, orderBy: { number: 'asc' } }),
    ),
    tasks: ofPayments<PaymentTask>((ids) =>
      prisma.paymentTask.findMany({ where: { paymentId: { in: ids } }, orderBy: { id: 'asc' } }),
    ),
    ofTicket: new DataLoader<TicketPage, Payment[], string>(
      async (pages) => (blind ? pages.map(() => []) : pagesOfTickets(prisma, pages)),
      { cacheKeyFn: ({ ticketId, first, after }) => `${ticketId}:${first}:${after}` },
    ),
  };
}
