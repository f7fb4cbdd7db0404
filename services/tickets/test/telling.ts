import type { EventDefinition } from '@carethread/contracts/define-event.ts';
import { MessagePosted } from '@carethread/contracts/events/messaging.ts';
import * as prescriptions from '@carethread/contracts/events/prescriptions.ts';
import {
  derivedId,
  newId,
  type PrescriptionId,
  type TicketId,
  type UserId,
} from '@carethread/contracts/ids.ts';
import type { PatientFactors } from '@carethread/contracts/screening.ts';
import type { TestService } from '@carethread/service-kit/testing/test-service.ts';

/** An event of another service, ready to be told; the same `id` again is a repeat. */
export interface Told {
  tell(tickets: TestService, id?: string): Promise<string>;
}

export const told = <Data>(
  definition: EventDefinition<string, Data>,
  aggregateId: string,
  sequence: number,
  data: Data,
): Told => ({
  tell: (tickets, id) => tickets.publish(definition, { aggregateId, sequence, data, ...(id && { id }) }),
});

/** What prescriptions tells about one prescription; each call is its next event. */
export function story(doctorId: UserId, ticketId: TicketId, prescriptionId: PrescriptionId, fence = 1) {
  const about = { prescriptionId, ticketId };
  let sequence = 0;
  const next = <Data>(definition: EventDefinition<string, Data>, data: Data) =>
    told(definition, prescriptionId, ++sequence, data);
  const validUntil = new Date(Date.now() + 20 * 86_400_000).toISOString();
  const content = { contentVersion: 1, contentHash: 'x', screeningNumber: 1 };
  const fill = { ...about, fillNumber: 1, lines: [], fence };
  return {
    drafted: () => next(prescriptions.PrescriptionDrafted, { ...about, doctorId }),
    signed: () =>
      next(prescriptions.PrescriptionSigned, {
        ...about,
        ...content,
        screening: { lines: [], patient: anybody },
      }),
    blocked: () => next(prescriptions.PrescriptionBlocked, { ...about, verdict: 'findings', open: 1 }),
    released: () => next(prescriptions.PrescriptionReleased, { ...about, overridden: false, validUntil }),
    cancelled: () =>
      next(prescriptions.PrescriptionCancelled, { ...about, reason: 'wrong_drug', part: false }),
    expired: () =>
      next(prescriptions.PrescriptionExpired, { ...about, reason: 'validity_ended', part: false }),
    notFulfilled: (...reasons: string[]) =>
      next(prescriptions.FillNotFulfilled, {
        ...fill,
        lines: reasons.map((reason) => ({ lineId: newId<'Line'>(), reason })),
      }),
    prepared: (readiness: 'none' | 'part' | 'whole') =>
      next(prescriptions.FillPrepared, { ...fill, readiness }),
    handedOver: (complete: boolean) =>
      next(prescriptions.FillHandedOver, { ...fill, dispenseId: newId<'Dispense'>(), complete }),
  };
}

const anybody: PatientFactors = {
  ageMonths: null,
  sex: 'unknown',
  weightGrams: null,
  pregnancy: 'unknown',
  lactating: null,
  creatinineClearance: null,
  liverImpairment: 'unknown',
  conditions: [],
  allergies: [],
  uncodedAllergies: 0,
  currentIngredients: [],
};

/** A message in the thread of a ticket. */
export function message(
  senderId: UserId,
  ticketId: TicketId,
  number: number,
  kind: 'text' | 'system' = 'text',
): Told & { messageId: string } {
  const messageId = newId<'Message'>();
  const posted = told(MessagePosted, threadOf(ticketId), number, {
    threadId: threadOf(ticketId),
    ticketId,
    messageId,
    number,
    senderId,
    kind,
    routing: 'auto',
    memberIds: [],
  });
  return { messageId, ...posted };
}

const threadOf = (ticketId: TicketId) => derivedId<'Thread'>(ticketId, 'thread');
