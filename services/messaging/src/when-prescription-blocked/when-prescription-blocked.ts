import type { Handler } from '@carethread/bus/handlers.ts';
import type { EventData } from '@carethread/contracts/define-event.ts';
import type { PrescriptionBlocked } from '@carethread/contracts/events/prescriptions.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import { postNotice } from '../post-notice.ts';
import { seatParties } from '../seat-parties.ts';

/**
 * A later check has points the doctor has to answer: said in the thread, which reaches the doctor's inbox. What the points
 * are is for the doctor to read, not for the thread. At signing the doctor is there and sees them.
 */
export const whenPrescriptionBlocked: Handler<EventData<typeof PrescriptionBlocked>> = async (event, tx) => {
  const { ticketId, prescriptionId, cause } = event.data;
  if (cause === undefined || cause === 'signed') return;
  const thread = await seatParties(tx, { ticketId, parties: {} }, causeOfEvent(event), event.occurredAt);
  await postNotice(
    tx,
    thread,
    event,
    { code: 'prescription.needs_doctor', params: { cause } },
    prescriptionId,
  );
};
