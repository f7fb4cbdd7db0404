import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { keepAccessCode } from '../access-code.ts';
import { byRequest, type Caller } from '../cause.ts';
import { noSuchTicket } from '../change-ticket.ts';
import { choosePharmacy } from '../decisions/choose-pharmacy.ts';
import { lookUpNamed, onceKnown, unknownName } from '../directory.ts';
import type { Foundation } from '../foundation.ts';
import { pharmacyChoice } from '../pharmacy-choice.ts';
import { lockTicket, saveTicket } from '../ticket-store.ts';
import type { Ticket } from '../ticket.ts';

const inputSchema = z.object({
  ticketId: idSchema<'Ticket'>(),
  expectedVersion: z.int(),
  ...pharmacyChoice,
});

/** The patient or the doctor chooses another pharmacy before one has claimed the ticket (T-14). */
export async function changePharmacy(
  foundation: Foundation,
  caller: Caller,
  raw: unknown,
): Promise<Ticket | Refusal> {
  const input = checkInput(inputSchema, raw);
  if (input instanceof Refusal) return input;
  const { pharmacyId = null, openToAnyPharmacy: anyPharmacy } = input;
  if ((pharmacyId === null) !== anyPharmacy)
    return refuse('INVALID', 'Choose one pharmacy, or open the ticket to any.', {
      path: ['input', 'pharmacyId'],
    });
  const { actor } = caller;
  const by = actor.role === 'patient' ? 'patient' : 'doctor';
  const named = { clinicId: actor.organisationId, pharmacyId };
  return onceKnown(foundation, caller, named, () =>
    foundation.database.asActor<Ticket | Refusal>(actor, async (tx) => {
      const [before, known] = await Promise.all([lockTicket(tx, input.ticketId), lookUpNamed(tx, named)]);
      if (!before) return noSuchTicket();
      const unknown = unknownName(named, known);
      if (unknown) return unknown;
      const facts = choosePharmacy(before, { pharmacyId, anyPharmacy }, by, input.expectedVersion);
      if (facts instanceof Refusal) return facts;
      const after = saveTicket(tx, before, facts, byRequest(caller, foundation.now()));
      keepAccessCode(tx, before, after);
      return after;
    }),
  );
}
