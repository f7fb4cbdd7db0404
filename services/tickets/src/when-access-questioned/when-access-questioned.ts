import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { openForEvent } from '../open-for-event.ts';
import type { Rules } from '../rules.ts';

/**
 * A patient questioned an access to their record: a talk between the patient and the officer who answers for it, who
 * stands where a doctor stands in a consultation.
 */
export const whenAccessQuestioned =
  (rules: Rules): Handler<DataOf<'messaging.access.questioned.v1'>> =>
  async (event, tx) => {
    const { ticketId, patientId, officerId, organisationId } = event.data;
    const wanted = {
      ticketId,
      kind: 'consultation' as const,
      patientId,
      doctorId: officerId,
      clinicId: organisationId,
      pharmacyId: null,
      prescriptionId: null,
      expiresAt: new Date(event.occurredAt.getTime() + rules.validityMs.consultation),
    };
    await openForEvent(tx, event, wanted, 'sent', rules);
  };
