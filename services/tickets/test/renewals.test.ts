import {
  RenewalApproved,
  RenewalDownloaded,
  RenewalEnded,
  RenewalReady,
  RenewalRequested,
} from '@carethread/contracts/events/renewals.ts';
import type { EventDefinition } from '@carethread/contracts/define-event.ts';
import { TicketOpened } from '@carethread/contracts/events/tickets.ts';
import { newId, type TicketId } from '@carethread/contracts/ids.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { story, told } from './telling.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.close());

/** What prescriptions tells about one renewal; each call is its next event. */
function renewal() {
  const renewalId = newId<'Renewal'>();
  const ticketId = newId<'Ticket'>();
  const prescriptionId = newId<'Prescription'>();
  let sequence = 0;
  const tell = async <Data>(definition: EventDefinition<string, Data>, more: object = {}) => {
    const data = { renewalId, ticketId, ...more } as Data;
    const event = told(definition, renewalId, ++sequence, data);
    for (const id of [newId(), newId()]) {
      await event.tell(world.tickets, id);
      if (definition.type !== RenewalRequested.type) break;
    }
    await world.tickets.drain();
  };
  return {
    ticketId,
    prescriptionId,
    requested: () =>
      tell(RenewalRequested, {
        sourceId: newId(),
        patientId: world.patient.userId,
        doctorId: world.doctor.userId,
        clinicId: world.doctor.organisationId,
        paymentId: null,
        amountMinor: 0,
        currency: null,
      }),
    approved: () => tell(RenewalApproved, { prescriptionId, approvedBy: newId() }),
    ready: () => tell(RenewalReady, { prescriptionId, documentId: newId() }),
    downloaded: () => tell(RenewalDownloaded, { prescriptionId }),
    ended: (how: string, reason: string) => tell(RenewalEnded, { how, reason }),
    async released() {
      await story(world.doctor.userId, ticketId, prescriptionId).released().tell(world.tickets);
      await world.tickets.drain();
    },
  };
}
const timeline = async (id: TicketId) =>
  (await world.timeline(world.patient, id)).map(
    ({ noted, from, to, reason }) => noted ?? `${from} ${to} ${reason}`,
  );

describe('the ticket of a renewal (S-19)', () => {
  it('is opened once, tells every step, and closes when the patient has the document', async () => {
    const tells = renewal();
    await tells.requested();
    const opened = (await world.tickets.emitted(TicketOpened)).filter(
      (e) => e.aggregateId === tells.ticketId,
    );
    expect(opened).toMatchObject([{ data: { status: 'created', pharmacyId: null, kind: 'prescription' } }]);
    await tells.approved();
    await tells.released();
    await tells.ready();
    await tells.downloaded();
    expect(await timeline(tells.ticketId)).toEqual([
      'null null null',
      'prescriptions.renewal.approved.v1',
      'CREATED SENT released',
      'prescriptions.renewal.ready.v1',
      'SENT CLOSED downloaded',
    ]);
  });

  it.each([
    ['declined', 'clinical_concern', 'CANCELLED'],
    ['cancelled', 'patient_wish', 'CANCELLED'],
    ['expired', 'payment_deadline', 'EXPIRED'],
  ])('%s: so is the ticket, with the reason', async (how, reason, status) => {
    const tells = renewal();
    await tells.requested();
    await tells.ended(how, reason);
    expect(await timeline(tells.ticketId)).toEqual(['null null null', `CREATED ${status} ${reason}`]);
    // Told because the ticket ended: nothing more happens.
    await tells.ended(how, reason);
    expect((await timeline(tells.ticketId)).at(-1)).toBe('prescriptions.renewal.ended.v1');
  });

  it('that was cancelled stays cancelled, whatever is downloaded', async () => {
    const tells = renewal();
    await tells.requested();
    await world.call(world.patient, 'cancelTicket', { ticketId: tells.ticketId, reason: 'PATIENT_WISH' });
    await tells.downloaded();
    expect((await timeline(tells.ticketId)).slice(-2)).toEqual([
      'CREATED CANCELLED patient_wish',
      'prescriptions.renewal.downloaded.v1',
    ]);
  });
});
