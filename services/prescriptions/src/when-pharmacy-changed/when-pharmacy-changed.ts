import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { ticketGivenBack } from '../ending.ts';
import { type Reacting, saveIf } from '../react.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import { lockPrescriptionOfTicket } from '../store/load.ts';

const follow =
  'UPDATE ticket SET pharmacy_id = $2, sequence = $3 WHERE id = $1 AND sequence < $3 RETURNING id';

/** From here on the former pharmacy sees nothing of it (row policies), and nothing stands ready there. */
export const whenPharmacyChanged =
  (by: Reacting): Handler<DataOf<'tickets.ticket.pharmacy_changed.v1'>> =>
  async (event, tx) => {
    const { ticketId, to } = event.data;
    const [followed, prescription] = await Promise.all([
      tx.query(follow, [ticketId, to, event.sequence]),
      lockPrescriptionOfTicket(tx, ticketId),
    ]);
    if (followed.length === 0 || !prescription) return;
    saveIf(tx, prescription, ticketGivenBack(prescription, ticketId), { ...by, cause: causeOfEvent(event) });
  };
