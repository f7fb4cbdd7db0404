import type { Handler } from '@carethread/bus/handlers.ts';
import type { PaymentId } from '@carethread/contracts/ids.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import { changeKnown } from '../change-payment.ts';
import { refundPart } from '../decisions/refund.ts';
import type { Foundation } from '../foundation.ts';

const find = 'SELECT id FROM payment WHERE subject_id = $1';

/**
 * Lines of a renewal are not handed over any more (prescriptions saw to that before it asked): what they cost goes back. As
 * much as is left, should somebody have paid back out of goodwill before.
 */
export const whenRenewalRefundRequested =
  (foundation: Foundation): Handler<DataOf<'prescriptions.renewal.refund_requested.v1'>> =>
  async (event, tx) => {
    const { renewalId, minor, requestedBy } = event.data;
    const [row] = await tx.query<{ id: PaymentId }>(find, [renewalId]);
    if (!row) throw new Error(`${event.type} is about a renewal that was never paid here.`);
    await changeKnown(tx, foundation, causeOfEvent(event), row.id, ({ payment }, now) =>
      refundPart(payment, { minor, reason: 'not_delivered', by: requestedBy }, now),
    );
  };
