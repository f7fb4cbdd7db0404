import type { Tx } from '@carethread/bus/transaction.ts';
import type { TicketId } from '@carethread/contracts/ids.ts';
import { awaitCopy } from '@carethread/service-kit/await-copy.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Dispense } from './fill.ts';
import type { Context } from './graphql/context.ts';
import { type Decided, fillOfTicket, type Prescription } from './prescription.ts';
import { clearanceOf } from './screening.ts';
import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { lockPrescriptionOfTicket, readPrescriptionOfTicket } from './store/load.ts';
import { save } from './store/save.ts';
import type { Holder } from './ticket-copy.ts';

/**
 * Runs what a pharmacy wants to do under its claim, and once more when it came before the news it needs: the claim
 * itself, or the safety check each claim brings. Waits at most two seconds for them.
 */
export async function underClaim<Result>(
  context: Context,
  { ticketId, claimToken }: { ticketId: TicketId; claimToken: string },
  attempt: (holder: Holder | Refusal) => Promise<Result | Refusal>,
): Promise<Result | Refusal> {
  const actor = signedIn(context);
  const holder = await context.verifyClaim(claimToken, ticketId, actor, context.now());
  const first = await attempt(holder);
  if (holder instanceof Refusal || !isEarly(first)) return first;
  const arrived = await awaitCopy(async () => {
    const found = await context.database.asActor(actor, (tx) => readPrescriptionOfTicket(tx, ticketId));
    const fence = found && fillOfTicket(found, ticketId)?.ticket?.fence;
    return fence && fence >= holder.fence && clearanceOf(found).kind !== 'pending' ? found : null;
  });
  return arrived ? attempt(holder) : first;
}

const isEarly = (result: unknown): boolean =>
  result instanceof Refusal &&
  result.userErrors.some(({ code }) => code === 'NOT_FOUND' || code === 'BLOCKED');

/** Loads the ticket's prescription under the lock, decides for the holder of the claim, saves. Two round trips. */
export async function decideUnderClaim(
  context: Context,
  tx: Tx,
  holder: Holder | Refusal,
  decide: (prescription: Prescription, holder: Holder) => (Decided & { dispense?: Dispense }) | Refusal,
): Promise<Prescription | Refusal> {
  if (holder instanceof Refusal) return holder;
  const prescription = await lockPrescriptionOfTicket(tx, holder.ticketId);
  if (!prescription) {
    const message = 'Nothing on this ticket is released to you now. The doctor may be changing it.';
    return refuse('NOT_FOUND', message, { path: ['input', 'ticketId'] });
  }
  const decided = decide(prescription, holder);
  if (decided instanceof Refusal) return decided;
  return save(tx, prescription, decided, { cause: causeOfRequest(context), rules: context.rules });
}
