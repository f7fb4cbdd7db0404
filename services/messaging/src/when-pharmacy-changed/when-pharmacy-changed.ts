import type { Handler } from '@carethread/bus/handlers.ts';
import type { EventData } from '@carethread/contracts/define-event.ts';
import type { TicketPharmacyChanged } from '@carethread/contracts/events/tickets.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import { seatParties } from '../seat-parties.ts';

/** The former pharmacy is out from the commit of this; the new one sees the thread from its beginning. */
export const whenPharmacyChanged: Handler<EventData<typeof TicketPharmacyChanged>> = async (event, tx) => {
  const { ticketId, to, version } = event.data;
  const news = { ticketId, parties: { pharmacy: { id: to, version } } };
  await seatParties(tx, news, causeOfEvent(event), event.occurredAt);
};
