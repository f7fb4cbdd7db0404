import { acknowledgeCancel } from '../acknowledge-cancel/acknowledge-cancel.resolver.ts';
import { cancelTicket } from '../cancel-ticket/cancel-ticket.resolver.ts';
import { changePharmacy } from '../change-pharmacy/change-pharmacy.resolver.ts';
import { claimTicketByNumber } from '../claim-ticket-by-number/claim-ticket-by-number.resolver.ts';
import { claimTicket } from '../claim-ticket/claim-ticket.resolver.ts';
import { closeTicket } from '../close-ticket/close-ticket.resolver.ts';
import { declineTicket } from '../decline-ticket/decline-ticket.resolver.ts';
import { findTicketQueries } from '../find-ticket/find-ticket.resolver.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { listTicketsQueries } from '../list-tickets/list-tickets.resolver.ts';
import { markReady } from '../mark-ready/mark-ready.resolver.ts';
import { openTicket } from '../open-ticket/open-ticket.resolver.ts';
import { renewClaim } from '../renew-claim/renew-claim.resolver.ts';
import { returnTicket } from '../return-ticket/return-ticket.resolver.ts';
import { sendTicket } from '../send-ticket/send-ticket.resolver.ts';
import { Claim, Ticket } from '../show-ticket/show-ticket.resolver.ts';
import { ticketTimeline, TimelineEntry } from '../show-timeline/show-timeline.resolver.ts';
import { startPreparing } from '../start-preparing/start-preparing.resolver.ts';

export const resolvers: Resolvers = {
  Query: { ...findTicketQueries, ...listTicketsQueries },
  Mutation: {
    openTicket,
    sendTicket,
    changePharmacy,
    claimTicket,
    claimTicketByNumber,
    renewClaim,
    startPreparing,
    markReady,
    closeTicket,
    returnTicket,
    declineTicket,
    cancelTicket,
    acknowledgeCancel,
  },
  Ticket: { ...Ticket, ...ticketTimeline },
  Claim,
  TimelineEntry,
};
