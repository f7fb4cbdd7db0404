import type { Handler } from '@carethread/bus/handlers.ts';
import type { TicketOpened } from '@carethread/contracts/events/tickets.ts';
import type { EventData } from '@carethread/contracts/define-event.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import { seatParties } from '../seat-parties.ts';

/** Every ticket has its thread, with all parties as members. */
export const whenTicketOpened: Handler<EventData<typeof TicketOpened>> = async (event, tx) => {
  const { ticketId, patientId, doctorId, pharmacyId, version, appointmentId, kind } = event.data;
  await seatParties(
    tx,
    {
      ticketId,
      parties: { people: { patientId, doctorId }, pharmacy: { id: pharmacyId, version } },
      order: { id: appointmentId, type: kind },
    },
    causeOfEvent(event),
    event.occurredAt,
  );
};
