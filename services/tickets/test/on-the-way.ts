import { PrescriptionReleased } from '@carethread/contracts/events/prescriptions.ts';
import { newId, type PrescriptionId, type TicketId } from '@carethread/contracts/ids.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import type { World } from './world.ts';

export interface Released {
  id: TicketId;
  number: string;
  prescriptionId: PrescriptionId;
}

/** A prescription's ticket after its release: sent, valid for another 20 days. */
export async function released(world: World, input: object = {}, days = 20): Promise<Released> {
  const ticket = await world.open(input);
  const id = ticket.id as TicketId;
  const prescriptionId = newId<'Prescription'>();
  await world.tickets.publish(PrescriptionReleased, {
    aggregateId: prescriptionId,
    sequence: 3,
    data: {
      prescriptionId,
      ticketId: id,
      overridden: false,
      validUntil: new Date(world.now().getTime() + days * 86_400_000).toISOString(),
    },
  });
  await world.tickets.drain();
  return { id, number: ticket.number, prescriptionId };
}

/** The same, claimed by the first pharmacy. */
export async function claimed(
  world: World,
  days = 20,
): Promise<Released & { token: string; pharmacist: Actor }> {
  const ticket = await released(world, {}, days);
  const [pharmacist] = world.pharmacies[0]!;
  const { claim } = await world.call(pharmacist, 'claimTicket', {
    ticketId: ticket.id,
    idempotencyKey: newId(),
  });
  return { ...ticket, token: claim!.token, pharmacist };
}
