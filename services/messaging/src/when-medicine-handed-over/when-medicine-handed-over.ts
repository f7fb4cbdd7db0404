import type { Handler } from '@carethread/bus/handlers.ts';
import type { EventData } from '@carethread/contracts/define-event.ts';
import type { FillHandedOver } from '@carethread/contracts/events/prescriptions.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import { seatParties } from '../seat-parties.ts';

const keepFirst = 'UPDATE thread SET dispensed_at = $2 WHERE id = $1 AND dispensed_at IS NULL';

/** From the first hand-over on, what was said about the medicine stays as it was said. */
export const whenMedicineHandedOver: Handler<EventData<typeof FillHandedOver>> = async (event, tx) => {
  const { ticketId } = event.data;
  const thread = await seatParties(tx, { ticketId, parties: {} }, causeOfEvent(event), event.occurredAt);
  tx.send(keepFirst, [thread.id, event.occurredAt]);
};
