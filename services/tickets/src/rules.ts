import type { TicketKind } from '@carethread/contracts/events/tickets.ts';
import type { TicketsConfig } from './config.ts';
import { numberAlphabet } from './ticket-number.ts';

/** What an installation decides about its tickets. */
export interface Rules {
  leaseMs: number;
  validityMs: Record<TicketKind, number>;
  /** Zone of a number's date where the clinic's own is not known. */
  timeZone: string;
  numberAlphabet: string;
  copyWaitMs: number;
}

const dayMs = 86_400_000;

export const rulesFrom = (config: TicketsConfig): Rules => ({
  leaseMs: config.CLAIM_LEASE_MINUTES * 60_000,
  validityMs: {
    prescription: config.VALIDITY_DAYS_PRESCRIPTION * dayMs,
    consultation: config.VALIDITY_DAYS_CONSULTATION * dayMs,
    lab_request: config.VALIDITY_DAYS_LAB_REQUEST * dayMs,
    referral: config.VALIDITY_DAYS_REFERRAL * dayMs,
  },
  timeZone: config.TICKET_TIME_ZONE,
  numberAlphabet,
  copyWaitMs: config.COPY_WAIT_MS,
});
