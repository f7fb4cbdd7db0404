import type { RenewalId, TicketId } from '@carethread/contracts/ids.ts';
import type { Money } from '@carethread/contracts/money.ts';
import type { Prescription, Signature } from '../prescription.ts';
import { awaitApproval, type Patience } from './follow.ts';
import type { Medicine, Renewal, Settled, Step } from './renewal.ts';

/** A patient's wish, as it begins: to be paid, or, when it is free, at once with whoever approves. */
export function request(
  source: Prescription & { signature: Signature },
  wish: { id: RenewalId; ticketId: TicketId; price: Money | null; authorityAt: Date },
  patience: Patience,
  now: Date,
): Settled {
  const { patientId, doctorId, clinicId, signature, lines } = source;
  const asked: Renewal = {
    ...wish,
    patientId,
    doctorId,
    clinicId,
    sourceId: source.id,
    sourceHash: signature.contentHash,
    medicines: lines.map(medicineOf),
    state: 'pending_payment',
    money: wish.price ? 'due' : 'free',
    deadline: new Date(now.getTime() + patience.paymentMs),
    requestedAt: now,
    decidedBy: null,
    decidedAt: null,
    prescriptionId: null,
    documentId: null,
    version: 1,
    eventNumber: 0,
    stepCount: 1,
  };
  const first: Step = { number: 1, kind: 'pending_payment', at: now, reason: wish.price ? null : 'free' };
  if (wish.price) return { renewal: asked, steps: [first], facts: [{ kind: 'requested' }] };
  const { renewal, steps, facts } = awaitApproval(asked, patience, now);
  return { renewal, steps: [first, ...steps], facts: [{ kind: 'requested' }, ...facts] };
}

const medicineOf = ({ text, strength, form, quantity, quantityUnit, instructions }: Medicine): Medicine => ({
  text,
  strength,
  form,
  quantity,
  quantityUnit,
  instructions,
});
