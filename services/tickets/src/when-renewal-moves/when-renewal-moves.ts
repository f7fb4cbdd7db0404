import type { DataOf } from '@carethread/contracts/registry.ts';
import { note } from '../decisions/note.ts';
import { onRenewalDownloaded, onRenewalEnded } from '../decisions/follow-renewal.ts';
import { reaction } from '../react.ts';

type Moved = DataOf<
  | 'prescriptions.renewal.awaiting_approval.v1'
  | 'prescriptions.renewal.approved.v1'
  | 'prescriptions.renewal.ready.v1'
  | 'prescriptions.renewal.refund_requested.v1'
>;

/** Paid, approved, ready, or paid back in part: on the timeline, without consequence for the ticket. */
export const whenRenewalMoves = reaction<Moved>((_, { type, data }) => note(type, data.renewalId));

/** The patient has the document: the ticket has served its purpose. */
export const whenRenewalDownloaded = reaction<DataOf<'prescriptions.renewal.downloaded.v1'>>(
  (ticket, { type: noted, data }) => onRenewalDownloaded(ticket, { noted, renewalId: data.renewalId }),
);

/** Declined, cancelled or expired: so is the ticket, and the money goes with it. */
export const whenRenewalEnded = reaction<DataOf<'prescriptions.renewal.ended.v1'>>(
  (ticket, { type: noted, data: { renewalId, how, reason } }) =>
    onRenewalEnded(ticket, { noted, renewalId, how, reason }),
);
