import type { EventEnvelope } from '@carethread/contracts/define-event.ts';
import {
  TicketMoved,
  TicketNoted,
  TicketOpened,
  TicketPharmacyChanged,
} from '@carethread/contracts/events/tickets.ts';
import type { OrganisationId } from '@carethread/contracts/ids.ts';
import { from, type Feed } from '../feed.ts';
import type { LiveEvent } from '../live-event.ts';

export const dashboardTopic = (pharmacyId: string) => `pharmacyTicketEvents ${pharmacyId}`;

/**
 * A pharmacy's dashboard: each ticket of the pharmacy as it is now. It has no cursor: what waits is merged per ticket,
 * and who lost notices is told to read the list again. A ticket that goes to another pharmacy cannot be shown to the
 * former one, which is told to read again, too (see `reactions.ts`).
 */
export const pharmacyTicketEvents: Feed = {
  field: 'pharmacyTicketEvents',
  durable: false,
  limit: 256,
  checks: [{ type: 'TicketNotice', field: 'ticket', probe: 'version' }],
  resync: () => ({ __typename: 'TicketNotice', kind: 'REFETCH', ticket: null }),
  sources: [
    from(TicketOpened, (event) => notice(event, event.data.pharmacyId)),
    from(TicketMoved, (event) => notice(event, event.data.pharmacyId)),
    from(TicketNoted, (event) => notice(event, event.data.pharmacyId)),
    from(TicketPharmacyChanged, (event) => notice(event, event.data.to)),
  ],
  request: (_args, { role, organisationId }) =>
    role === 'pharmacist'
      ? {
          topics: [dashboardTopic(organisationId)],
          after: null,
          // Whoever acts for the pharmacy may listen; each notice is checked when the ticket is read.
          open: async () => ({ kind: 'open', backlog: [] }),
        }
      : null,
};

const notice = (
  { id, aggregateId, traceparent }: EventEnvelope,
  pharmacyId: OrganisationId | null,
): LiveEvent => ({
  id,
  topics: pharmacyId ? [dashboardTopic(pharmacyId)] : [],
  cursor: null,
  key: aggregateId,
  value: { __typename: 'TicketNotice', kind: 'CHANGED', ticket: { id: aggregateId } },
  traceparent,
});
