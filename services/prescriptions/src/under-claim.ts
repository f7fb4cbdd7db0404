import type { Actor } from '@carethread/contracts/actor.ts';
import type { TicketId } from '@carethread/contracts/ids.ts';
import { awaitCopy } from '@carethread/service-kit/await-copy.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import type { Context } from './graphql/context.ts';
import type { Decided, Prescription } from './prescription.ts';
import { notFound } from './change-prescription.ts';
import { causeOfRequest } from './store/cause.ts';
import { lockPrescriptionOfTicket } from './store/load.ts';
import { save } from './store/save.ts';
import type { Holder } from './ticket-copy.ts';
import { clearanceOf } from './screening.ts';
import { fillOfTicket } from './prescription.ts';
import type { Dispense } from './fill.ts';
import type { Tx } from '@carethread/bus/transaction.ts';

/** Loads the ticket's prescription under the lock, decides for the holder of the claim, saves. */
export async function decideUnderClaim<Result extends Decided & { dispense?: Dispense }>(
  context: Context,
  tx: Tx,
  holder: Holder | Refusal,
  decide: (prescription: Prescription, holder: Holder) => Result | Refusal,
): Promise<Prescription | Refusal> {
  if (holder instanceof Refusal) return holder;
  const prescription = await lockPrescriptionOfTicket(tx, holder.ticketId);
  if (!prescription) return notFound('ticketId');
  const decided = decide(prescription, holder);
  if (decided instanceof Refusal) return decided;
  return save(tx, prescription, decided, { cause: causeOfRequest(context), rules: context.rules });
}

/**
 * Runs a pharmacy's command, and once more when it came before the news it needs: the claim, the release, or the safety
 * check that each claim brings. Waits at most two seconds for them.
 */
export async function withNews<Result>(
  context: Context,
  actor: Actor,
  { ticketId, fence }: { ticketId: TicketId; fence: number },
  attempt: () => Promise<Result | Refusal>,
): Promise<Result | Refusal> {
  const first = await attempt();
  const early = first instanceof Refusal && ['NOT_FOUND', 'UNAVAILABLE'].includes(first.userErrors[0]?.code ?? '');
  if (!early) return first;
  const arrived = await awaitCopy(async () => {
    const found = await context.database.asActor(actor, (tx) => lockPrescriptionOfTicket(tx, ticketId));
    const ticket = found && fillOfTicket(found, ticketId)?.ticket;
    return ticket && ticket.fence >= fence && clearanceOf(found).kind !== 'pending' ? found : null;
  });
  return arrived ? attempt() : first;
}
