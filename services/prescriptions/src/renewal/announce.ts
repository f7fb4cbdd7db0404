import type { EventDefinition } from '@carethread/contracts/define-event.ts';
import {
  RenewalApproved,
  RenewalAwaitingApproval,
  RenewalDownloaded,
  RenewalEnded,
  RenewalReady,
  RenewalRefundRequested,
  RenewalRequested,
} from '@carethread/contracts/events/renewals.ts';
import { paymentIdOf, type Renewal, type RenewalFact } from './renewal.ts';

interface Told {
  definition: EventDefinition;
  data: unknown;
}
const tell = <Data>(definition: EventDefinition<string, Data>, data: Data): Told => ({ definition, data });

/** The event that tells of a fact. */
export function announceRenewal(fact: RenewalFact, renewal: Renewal): Told {
  const { id: renewalId, ticketId, patientId, doctorId, clinicId, sourceId, price } = renewal;
  const about = { renewalId, ticketId };
  const issued = { ...about, prescriptionId: renewal.prescriptionId! };
  switch (fact.kind) {
    case 'requested':
      return tell(RenewalRequested, {
        ...about,
        sourceId,
        patientId,
        doctorId,
        clinicId,
        paymentId: price && paymentIdOf(renewalId),
        amountMinor: price?.minor ?? 0,
        currency: price?.currency ?? null,
      });
    case 'awaiting_approval':
      return tell(RenewalAwaitingApproval, { ...about, clinicId, doctorId });
    case 'approved':
      return tell(RenewalApproved, { ...issued, approvedBy: renewal.decidedBy! });
    case 'ready':
      return tell(RenewalReady, { ...issued, documentId: renewal.documentId! });
    case 'downloaded':
      return tell(RenewalDownloaded, issued);
    case 'ended':
      return tell(RenewalEnded, { ...about, how: fact.how, reason: fact.reason });
    case 'refund_requested': {
      const { lines, by: requestedBy } = fact;
      const minor = lines.reduce((sum, line) => sum + line.minor, 0);
      return tell(RenewalRefundRequested, { ...about, lines: [...lines], minor, requestedBy });
    }
    default:
      return fact satisfies never;
  }
}
