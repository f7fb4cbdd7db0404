import type { RenewalEnd } from '@carethread/contracts/events/renewals.ts';
import type { RenewalId } from '@carethread/contracts/ids.ts';
import type { Fact, Ticket } from '../ticket.ts';
import { orNote } from './follow-prescription.ts';
import { move } from './move.ts';

interface About {
  /** Type of the event. */
  noted: string;
  renewalId: RenewalId;
}

/** The patient has the document. A ticket that a pharmacy holds, or that has ended, only notes it. */
export function onRenewalDownloaded(ticket: Ticket, { noted, renewalId }: About): Fact[] {
  const subject = { subjectId: renewalId };
  const closed = move(
    ticket,
    'collect_document',
    'prescriptions',
    { status: 'closed' },
    'downloaded',
    subject,
  );
  return orNote(closed, noted, renewalId);
}

/** Nothing comes of the renewal. A ticket that has ended before only notes it. */
export function onRenewalEnded(ticket: Ticket, event: About & { how: RenewalEnd; reason: string }): Fact[] {
  const { noted, renewalId, how, reason } = event;
  const subject = { subjectId: renewalId };
  const ended =
    how === 'expired'
      ? move(ticket, 'lapse', 'prescriptions', { status: 'expired' }, reason, subject)
      : move(ticket, 'cancel', 'prescriptions', { status: 'cancelled' }, reason, subject);
  return orNote(ended, noted, renewalId);
}
